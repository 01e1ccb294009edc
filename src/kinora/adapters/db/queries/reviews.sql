-- name: add_review
insert into reviews (account, job, verdict, category, matched, at)
values (:account, :job, :verdict, :category, :matched, :at);

-- name: open_reviews
select * from reviews where outcome = '' and verdict = 'review' order by id limit :at_most;

-- name: newest_reviews
select * from reviews order by id desc limit :at_most;

-- name: get_review
select * from reviews where id = :id;

-- name: close_review
update reviews set outcome = :outcome where id = :id and outcome = '';
