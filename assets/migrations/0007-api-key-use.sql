-- What the answers of each key have cost, by day in UTC.

create table graft.api_key_use (
  key_id text collate "C" not null references graft.api_key (id) on delete cascade,
  day date not null,
  tokens bigint not null,
  primary key (key_id, day)
);
