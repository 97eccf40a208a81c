-- Embedders that are fitted to the documents themselves: the model is kept with them, so that every process
-- that opens the store embeds alike and a restart fits nothing anew.

create table graft.fitted_model (
  embedder_id int primary key references graft.embedder on delete cascade,
  -- stems, one a line, compressed
  terms bytea not null,
  -- for each stem its vector in int8, and the scale that makes numbers of it (float32, little-endian)
  codes bytea not null,
  scales bytea not null,
  -- the highest number among the chunks from which it was fitted: later ones it has not seen
  last_chunk bigint not null,
  fitted_at timestamptz not null default now()
);
-- They are incompressible: trying would only cost time.
alter table graft.fitted_model alter column codes set storage external, alter column scales set storage external;

-- One process fits at a time. A claim that is not renewed has ended with its process.
create table graft.fit_claim (
  id int primary key default 1 check (id = 1),
  holder text,
  claimed_until timestamptz
);
insert into graft.fit_claim default values;
