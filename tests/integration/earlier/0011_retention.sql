insert into blobs (name, sha256, size, number) values ('content/ee/ff/eeff.302.mp4', 'eeff', 9, 2);
insert into assets (
    id, account, job, kind, mime, blob, filename, size, sha256, width, height, frames, seconds,
    has_audio, created_at, content, expires_at
) values
    (103, 1, null, 'image', 'image/png', 'given/67/103.png', 'image-103.png', 9, 'eeff', 640, 360,
     1, 0.0, 0, 1763640000000000, 'content/ee/ff/eeff.302.mp4', 1763640000000000),
    (104, 2, null, 'image', 'image/png', 'given/68/104.png', 'image-104.png', 9, 'eeff', 640, 360,
     1, 0.0, 0, 1763640000000000, 'content/ee/ff/eeff.302.mp4', null);
insert into doomed (name, at) values ('content/00/00/0000.1.png', 1763640000000000);
insert into retention (scope, name, results, uploads) values ('plan', 'business', 30, null);
insert into legal_holds (account, job, asset, reason, who, at) values (1, 201, null, 'x', 'ada', 1763640000000000);
