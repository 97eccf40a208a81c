-- Behavior: tuned adapters with what they came from, and the names under which they are served.

create table graft.adapter (
  id bigint generated always as identity primary key,
  name text not null check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  version int not null check (version > 0),
  -- what it was made from: hashes of the data and of the base's weights, and the whole configuration
  data_hash text not null,
  base text not null,
  base_hash text not null,
  config jsonb not null,
  -- how it was measured, and what the gate said of it
  evaluation jsonb not null,
  verdict text not null check (verdict in ('passed', 'refused')),
  -- sha256 over its files, in the order of their paths
  hash text not null,
  created_at timestamptz not null default now(),
  unique (name, version)
);

-- The files of an adapter are with its record, so that every process that opens the store can serve it.
create table graft.adapter_file (
  adapter_id bigint not null references graft.adapter on delete cascade,
  path text not null,
  content bytea not null,
  primary key (adapter_id, path)
);
alter table graft.adapter_file alter column content set storage external;

-- `name@alias` is what an assistant asks for; a part of the requests may go to a canary.
create table graft.adapter_alias (
  name text not null,
  alias text not null check (alias ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  version int not null,
  canary_version int,
  canary_share real not null default 0 check (canary_share >= 0 and canary_share < 1),
  updated_at timestamptz not null default now(),
  primary key (name, alias),
  foreign key (name, version) references graft.adapter (name, version),
  foreign key (name, canary_version) references graft.adapter (name, version),
  check ((canary_version is null) = (canary_share = 0))
);

-- Every change of an alias: what a rollback goes back to, and who wonders when an answer changed.
create table graft.adapter_alias_change (
  id bigint generated always as identity primary key,
  name text not null,
  alias text not null,
  action text not null check (action in ('promote', 'canary', 'rollback', 'clear')),
  version int not null,
  canary_version int,
  canary_share real not null default 0,
  at timestamptz not null default now()
);
create index on graft.adapter_alias_change (name, alias, id);
