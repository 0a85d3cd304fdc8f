"""What takes several steps: first run, handing over, taking in, a workbook. Each ends by saying what came of it."""
