-- Uploaded files, vector stores and fine-tuning jobs: what clients of the OpenAI-compatible API create.

create table graft.uploaded_file (
  -- Order of creation, by which lists are paged.
  position bigint generated always as identity unique,
  id text collate "C" primary key,
  -- Whose it is, and who else may read it; no principal is the owner of the workspace.
  principal text,
  groups text[] not null,
  filename text not null,
  purpose text not null,
  -- null while the bytes are still coming
  bytes bigint,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create index uploaded_file_expiry on graft.uploaded_file (expires_at) where expires_at is not null;

-- In parts, so that neither an upload nor a download is ever in memory as a whole.
create table graft.uploaded_part (
  file_id text collate "C" not null references graft.uploaded_file on delete cascade,
  number int not null,
  content bytea not null,
  primary key (file_id, number)
);
alter table graft.uploaded_part alter column content set storage external;

-- A vector store is the collection of its name: its documents stand where all documents stand.
create table graft.vector_store (
  position bigint generated always as identity unique,
  id text collate "C" primary key,
  principal text,
  groups text[] not null,
  name text not null,
  description text,
  metadata jsonb not null,
  created_at timestamptz not null default now(),
  last_active_at timestamptz not null default now(),
  expires_after_days int,
  -- set when its documents have been deleted for good
  expired boolean not null default false
);

create table graft.vector_store_batch (
  id text collate "C" primary key,
  store_id text collate "C" not null references graft.vector_store on delete cascade,
  created_at timestamptz not null default now(),
  cancelled boolean not null default false
);

-- A file in a store is the document graft-file:FILE of the collection STORE.
create table graft.vector_store_file (
  position bigint generated always as identity unique,
  store_id text collate "C" not null references graft.vector_store on delete cascade,
  file_id text collate "C" not null references graft.uploaded_file on delete cascade,
  batch_id text collate "C" references graft.vector_store_batch on delete set null,
  attributes jsonb not null,
  status text not null default 'in_progress'
    check (status in ('in_progress', 'completed', 'failed', 'cancelled')),
  error jsonb,
  created_at timestamptz not null default now(),
  primary key (store_id, file_id)
);
create index vector_store_file_file on graft.vector_store_file (file_id);
create index vector_store_file_batch on graft.vector_store_file (batch_id);
create index vector_store_file_waiting on graft.vector_store_file (position) where status = 'in_progress';

create table graft.fine_tuning_job (
  position bigint generated always as identity unique,
  id text collate "C" primary key,
  principal text,
  status text not null default 'validating_files' check (status in
    ('validating_files', 'queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
  model text not null,
  adapter_name text not null,
  training_file text not null,
  validation_file text,
  settings jsonb not null,
  metadata jsonb,
  error jsonb,
  -- `graft:NAME:VERSION`, and what the gate said of it
  fine_tuned_model text,
  gate jsonb,
  checkpoint_step int,
  trained_tokens bigint,
  result_file text,
  created_at timestamptz not null default now(),
  estimated_finish timestamptz,
  finished_at timestamptz
);
create index fine_tuning_job_open on graft.fine_tuning_job (position)
  where status in ('validating_files', 'queued', 'running');

create table graft.fine_tuning_event (
  position bigint generated always as identity unique,
  id text collate "C" primary key,
  job_id text collate "C" not null references graft.fine_tuning_job on delete cascade,
  level text not null check (level in ('info', 'warn', 'error')),
  message text not null,
  -- Metrics have a step. A job that was ended repeats steps since its last checkpoint, with the same numbers.
  step int,
  data jsonb,
  created_at timestamptz not null default now(),
  unique (job_id, step)
);
create index fine_tuning_event_job on graft.fine_tuning_event (job_id, position);

-- One process at a time does the work of a name. A claim that is not renewed has ended with its process.
create table graft.worker_claim (
  name text primary key,
  holder text not null,
  claimed_until timestamptz not null
);

-- Deleting a chunk for good looks for its vectors by this.
create index embedding_chunk on graft.embedding (chunk_id);

-- Whether a document's file has the attributes that a search asks for.
create function graft.has_attributes(document graft.document, wanted jsonpath) returns boolean
language sql stable parallel safe
return wanted is null or exists (
  select 1 from graft.vector_store_file f
  where f.store_id = document.collection
    and f.file_id = substr(document.location, length('graft-file:') + 1)
    and f.attributes @@ wanted
);

-- The searches of the first migration with one more filter.
drop function graft.search_current(text, text[], text[], text, timestamptz, timestamptz, int);
create function graft.search_current(
  query text, readers text[], collections text[], uri_pattern text,
  since timestamptz, until timestamptz, max_rows int, attributes jsonpath default null
) returns table (chunk_id bigint, score float8)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_custom_plan
as $$
begin
  return query
  select hit.id, -bm25_get_current_score()
  from (
    select c.id
    from graft.chunk c join graft.document d on d.id = c.document_id
    where c.valid_to is null
      and graft.may_read(d, readers)
      and (collections is null or d.collection = any (collections))
      and (uri_pattern is null or d.uri ~ uri_pattern)
      and (since is null or c.valid_from >= since)
      and (until is null or c.valid_from < until)
      and (attributes is null or graft.has_attributes(d, attributes))
    order by c.search_text <@> to_bm25query(query, 'graft.chunk_current_bm25')
    limit max_rows
  ) hit;
end $$;

drop function graft.search_past(text, text[], text[], text, timestamptz, int);
create function graft.search_past(
  query text, readers text[], collections text[], uri_pattern text,
  moment timestamptz, max_rows int, attributes jsonpath default null
) returns table (chunk_id bigint, score float8)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_custom_plan
as $$
begin
  return query
  select hit.id, -(hit.search_text <@> to_bm25query(query, 'graft.chunk_current_bm25'))
  from (
    select c.id, c.search_text
    from graft.chunk c join graft.document d on d.id = c.document_id
    where c.valid_to is not null
      and graft.may_read(d, readers)
      and (collections is null or d.collection = any (collections))
      and (uri_pattern is null or d.uri ~ uri_pattern)
      and c.valid_from <= moment and c.valid_to > moment
      and (attributes is null or graft.has_attributes(d, attributes))
    order by c.search_text <@> to_bm25query(query, 'graft.chunk_past_bm25')
    limit max_rows
  ) hit;
end $$;

drop function graft.search_vector(int, vector, text[], text[], text, timestamptz, timestamptz, int);
create function graft.search_vector(
  embedder int, query vector, readers text[], collections text[], uri_pattern text,
  since timestamptz, until timestamptz, max_rows int, attributes jsonpath default null
) returns table (chunk_id bigint, score float8)
language plpgsql stable
set hnsw.iterative_scan = strict_order set hnsw.max_scan_tuples = 2147483647 set plan_cache_mode = force_custom_plan
as $$
begin
  return query execute format(
    'select c.id, 1 - (e.vector::halfvec(%1$s) <=> $1::halfvec(%1$s))
     from graft.embedding e
       join graft.chunk c on c.id = e.chunk_id join graft.document d on d.id = c.document_id
     where e.embedder_id = %2$s and c.valid_to is null
       and graft.may_read(d, $2)
       and ($3 is null or d.collection = any ($3)) and ($4 is null or d.uri ~ $4)
       and ($5 is null or c.valid_from >= $5) and ($6 is null or c.valid_from < $6)
       and ($7 is null or graft.has_attributes(d, $7))
     order by e.vector::halfvec(%1$s) <=> $1::halfvec(%1$s) limit %3$s',
    vector_dims(query), embedder, max_rows
  ) using query, readers, collections, uri_pattern, since, until, attributes;
end $$;
