"""The reference data that every office starts from.

- codes/: the code tables; code_tables.csv names them and their sources.
- posts.csv: the posts for members without office.
- policy.csv: the numbers in rules, each with its source and the day from which it holds; 1900-01-01 says that no
  earlier rule is kept here. Money is in yuan, rates are percentages, lists are parted by blanks.
"""
