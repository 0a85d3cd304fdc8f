"""What the program carries beside code: the style sheet, document templates, the manual, pictures."""
