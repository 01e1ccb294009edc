-- A small installation: one job in each state, one of them deleted, its books in order.

insert into accounts (id, name, plan, max_jobs, active, monthly, package, held, created_at) values
    (1, 'default', 'business', 25, 2, 0, 900, 55, 1763640000000000),
    (2, 'quiet', 'essential', 5, 0, 0, 0, 0, 1763640000000000);

insert into keys (id, account, name, prefix, digest, created_at, revoked_at) values
    (11, 1, 'first', 'sk-', x'01', 1763640000000000, null),
    (12, 1, 'old', 'sk-', x'02', 1763640000000000, 1763640000000001);

insert into assets values
    (101, 1, null, 'image', 'image/png', 'given/65/101.png', 'image-101.png', 7,
     'aa', 640, 360, 1, 0.0, 0, 1763640000000000),
    (102, 1, null, 'audio', 'audio/wav', 'given/66/102.wav', 'audio-102.wav', 5,
     'bb', 0, 0, 0, 5.0, 1, 1763640000000000),
    (301, 1, 201, 'video', 'video/mp4', 'made/c9/201-1-301.mp4', 'film-201.mp4', 4,
     'cc', 640, 360, 120, 5.0, 0, 1763640000000000),
    (305, 1, 205, 'video', 'video/mp4', 'made/cd/205-1-305.mp4', 'film-205.mp4', 4,
     'dd', 640, 360, 120, 5.0, 0, 1763640000000000);

insert into jobs (
    id, account, feature, state, attempt, breaks, progress, seed, cost, width, height, frames, fps,
    model, quality, ordered, reason, result, created_at, changed_at, started_at, ended_at
)
select
    column1, 1, column2, column3, column4, 0, 0.0, 3, column5, 640, 360, 120, 24, 'v6', '540p',
    column6, column7, column8, 1763640000000000, 1763640000000009, column9, column10
from (values
    (201, 'text_to_video', 'completed', 1, 40,
     '{"ask":{"words":{"prompt":"a boat","negative_prompt":"","style":"","camera":"","motion":"normal"},"sound":null,"multi_clip":false},"terms":{"aspect_ratio":"16:9","seconds":5,"seed":null,"trace":"t"}}',
     '', 301, 1763640000000001, 1763640000000009),
    (202, 'image_to_video', 'queued', 0, 25,
     '{"ask":{"words":{"prompt":"snow","negative_prompt":"","style":"","camera":"","motion":"normal"},"image":101,"sound":null,"multi_clip":false},"terms":{"aspect_ratio":"16:9","seconds":5,"seed":null,"trace":"t"}}',
     '', null, null, null),
    (203, 'text_to_video', 'running', 1, 30,
     '{"ask":{"words":{"prompt":"a fox","negative_prompt":"","style":"","camera":"","motion":"normal"},"sound":null,"multi_clip":false},"terms":{"aspect_ratio":"16:9","seconds":5,"seed":null,"trace":"t"}}',
     '', null, 1763640000000001, null),
    (204, 'text_to_video', 'failed', 1, 10,
     '{"ask":{"words":{"prompt":"ink","negative_prompt":"","style":"","camera":"","motion":"normal"},"sound":null,"multi_clip":false},"terms":{"aspect_ratio":"16:9","seconds":5,"seed":null,"trace":"t"}}',
     'no', null, 1763640000000001, 1763640000000009),
    (205, 'text_to_video', 'deleted', 1, 5,
     '{"ask":{"words":{"prompt":"sea","negative_prompt":"","style":"","camera":"","motion":"normal"},"sound":null,"multi_clip":false},"terms":{"aspect_ratio":"16:9","seconds":5,"seed":null,"trace":"t"}}',
     'deleted', 305, 1763640000000001, 1763640000000009),
    (206, 'text_to_image', 'cancelled', 0, 7,
     '{"ask":{"words":{"prompt":"fox","negative_prompt":"","style":"","camera":"","motion":"normal"},"images":[]},"terms":{"aspect_ratio":"16:9","seconds":0,"seed":null,"trace":"t"}}',
     'cancelled', null, null, 1763640000000009)
);

insert into heads (account, job, turn) values (1, 202, 1);
insert into turns (account, turn) values (1, 1);

insert into entries (account, job, movement, monthly, package, held, note, at) values
    (1, null, 'grant', 0, 1000, 0, 'first grant', 1763640000000000),
    (1, 201, 'hold', 0, -40, 40, '', 1763640000000001),
    (1, 201, 'settle', 0, 0, -40, '', 1763640000000002),
    (1, 202, 'hold', 0, -25, 25, '', 1763640000000003),
    (1, 203, 'hold', 0, -30, 30, '', 1763640000000004),
    (1, 204, 'hold', 0, -10, 10, '', 1763640000000005),
    (1, 204, 'release', 0, 10, -10, 'no', 1763640000000006),
    (1, 205, 'hold', 0, -5, 5, '', 1763640000000007),
    (1, 205, 'settle', 0, 0, -5, '', 1763640000000008),
    (1, 206, 'hold', 0, -7, 7, '', 1763640000000009),
    (1, 206, 'release', 0, 7, -7, 'cancelled', 1763640000000010);

insert into answers (account, scope, key, digest, job, at) values (1, '/x', 'k', 'd', 201, 1763640000000000);

insert into facts (kind, account, job, at, told_at) values
    ('job.queued', 1, 201, 1763640000000000, 1763640000000001),
    ('job.completed', 1, 201, 1763640000000009, null);
