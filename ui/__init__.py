"""The desktop: windows and pages over the services of app."""
