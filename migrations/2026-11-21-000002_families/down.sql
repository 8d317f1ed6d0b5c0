DROP TABLE guardianships;
