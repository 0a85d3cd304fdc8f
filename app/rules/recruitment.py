def party_years(full_on, today):
    return today.year - full_on.year
