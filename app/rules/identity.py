def age(birth, on):
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
