DROP TABLE tutor_packages;
