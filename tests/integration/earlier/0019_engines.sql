insert into engines (name, own) values ('studio', 1);
insert into engines (name, halt, at) values ('api.vendor.test', 'paused', 1700000000000000);
