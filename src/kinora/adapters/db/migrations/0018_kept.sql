-- compatible: yes

-- What an account keeps: uploads and results, until they are gone. Triggers count, so that whoever
-- adds or removes an asset need not think of it; bytes that assets share count for each.
create table kept (
    account integer primary key references accounts (id),
    bytes integer not null
) strict;

insert into kept (account, bytes)
select account, sum(size) from assets where gone_at is null group by account;

create trigger assets_kept after insert on assets
when new.gone_at is null
begin
    insert into kept (account, bytes) values (new.account, new.size)
    on conflict (account) do update set bytes = bytes + excluded.bytes;
end;

create trigger assets_gone after update of gone_at on assets
when (old.gone_at is null) <> (new.gone_at is null)
begin
    update kept set bytes = bytes + iif(new.gone_at is null, new.size, -new.size)
    where account = new.account;
end;

create trigger assets_no_longer_kept after delete on assets
when old.gone_at is null
begin
    update kept set bytes = bytes - old.size where account = old.account;
end;
