"""Process Monitor's filters: rules on columns, named sets of rules, stages of sets (the funnel)."""
