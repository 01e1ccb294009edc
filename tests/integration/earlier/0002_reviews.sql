insert into reviews (account, job, verdict, category, matched, at, outcome) values
    (1, 202, 'review', 'weapons', 'ghost gun', 1763640000000000, ''),
    (1, null, 'block', 'weapons', 'ghost gun', 1763640000000000, '');
