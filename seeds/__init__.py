"""The reference data that every office starts from.

- codes/: the code tables; code_tables.csv names them and their sources.
- posts.csv: the posts for members without office.
- tasks.csv: the nine things to get done of 2012, put together from the text of the seed, which names them nowhere one
  by one; indicators.csv: a standard to a hundred for each category of offices, for the county to make its own. Both
  are carried over to later years by the county.
- policy.csv: the numbers in rules, each with its source and the day from which it holds; 1900-01-01 says that no
  earlier rule is kept here. Money is in yuan, rates are percentages, lists are parted by blanks.
  calendar.off and calendar.work are the days of one year each: a notice of the State Council sets them anew.
"""
