"""From a Process Monitor capture to a written report: sources → filters → findings → report."""
