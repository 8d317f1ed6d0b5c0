DROP TABLE account_claims;
DROP TABLE guardianships;
