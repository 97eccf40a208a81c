-- Documents, their versions, chunks and embeddings; who may read them; how they are searched.

create extension if not exists vector;
create extension if not exists pg_textsearch;

create table graft.collection (
  name text primary key,
  created_at timestamptz not null default now()
);

-- A document is a place (file, URL, name given for standard input); its text is in its versions.
create table graft.document (
  id text primary key,
  collection text not null references graft.collection,
  location text not null,
  uri text not null,
  -- Any of these groups may read it. Kept here alone, so a change of rights needs no new index.
  groups text[] not null default '{everyone}',
  created_at timestamptz not null default now(),
  unique (collection, location)
);

-- Valid in [valid_from, valid_to); the current version has no end. Removing a document ends its version.
create table graft.version (
  id text primary key,
  document_id text not null references graft.document on delete cascade,
  title text not null,
  media_type text not null,
  -- SHA-256 over the source bytes and the revision of parser and chunker: equal means nothing to do.
  content_hash text not null,
  text text not null,
  -- UTF-16 code units of the text
  chars int not null,
  metadata jsonb not null default '{}',
  valid_from timestamptz not null,
  valid_to timestamptz
);
create unique index version_current on graft.version (document_id) where valid_to is null;
create index version_document on graft.version (document_id, valid_from);

create table graft.chunk (
  id bigint generated always as identity primary key,
  document_id text not null references graft.document on delete cascade,
  version_id text not null references graft.version on delete cascade,
  ordinal int not null,
  heading_path text[] not null,
  start_offset int not null,
  end_offset int not null,
  -- The version's text at [start, end): offsets count UTF-16 code units, which Postgres cannot slice by.
  text text not null,
  -- start, end, start, end, ... of the quotable sentences
  sentences int[] not null,
  search_text text not null,
  valid_from timestamptz not null,
  valid_to timestamptz
);
-- Nothing compares these columns, and sampling them for statistics would read every long text.
alter table graft.chunk alter column text set statistics 0, alter column search_text set statistics 0,
  alter column sentences set statistics 0, alter column heading_path set statistics 0;
create index chunk_version on graft.chunk (version_id);
create index chunk_document on graft.chunk (document_id);

-- Two partial indexes: replaced text does not weigh on the word statistics of what is current.
create index chunk_current_bm25 on graft.chunk using bm25 (search_text) with (text_config = 'english')
  where valid_to is null;
create index chunk_past_bm25 on graft.chunk using bm25 (search_text) with (text_config = 'english')
  where valid_to is not null;

create table graft.embedder (
  id int generated always as identity primary key,
  name text not null unique,
  dimensions int not null,
  active boolean not null default false
);
create unique index embedder_active on graft.embedder (active) where active;

create table graft.embedding (
  embedder_id int not null references graft.embedder on delete cascade,
  chunk_id bigint not null references graft.chunk on delete cascade,
  vector vector not null,
  -- The same direction in int8, for the in-process scan: value = code * scale.
  codes bytea not null,
  scale real not null,
  -- Order of insertion, by which the in-process scan catches up.
  position bigint generated always as identity,
  primary key (embedder_id, chunk_id)
);

create index embedding_position on graft.embedding (embedder_id, position);

create table graft.principal (
  name text primary key,
  groups text[] not null
);

-- Counts committed changes of documents: caches compare it before they answer.
create table graft.change (
  id int primary key default 1 check (id = 1),
  counter bigint not null default 0,
  changed_at timestamptz,
  -- current chunks
  live_chunks bigint not null default 0,
  -- chunks that left the current index since the last VACUUM
  dead_chunks bigint not null default 0,
  -- live_chunks at the last ANALYZE
  analyzed_chunks bigint not null default 0
);
insert into graft.change default values;

-- Whether a reader may see a document, and the other filters of a search; null means "any".
create function graft.may_read(document graft.document, readers text[]) returns boolean
language sql immutable parallel safe
return readers is null or document.groups && readers;

-- The index scan returns matches best first and knows their scores; any other plan computes BM25 for
-- every row (10 s at 50,000 chunks), so the other plans are switched off inside these two functions.
create function graft.search_current(
  query text, readers text[], collections text[], uri_pattern text,
  since timestamptz, until timestamptz, max_rows int
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
    order by c.search_text <@> to_bm25query(query, 'graft.chunk_current_bm25')
    limit max_rows
  ) hit;
end $$;

-- What had been replaced by now but was valid at `moment`, scored with the statistics of what is current,
-- so that the two lists can be merged.
create function graft.search_past(
  query text, readers text[], collections text[], uri_pattern text,
  moment timestamptz, max_rows int
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
    order by c.search_text <@> to_bm25query(query, 'graft.chunk_past_bm25')
    limit max_rows
  ) hit;
end $$;

-- Nearest current chunks by pgvector: by its HNSW index on a server (created per embedder), else exact.
-- Iterative scans go on until the filters are satisfied, so a selective filter loses nothing.
create function graft.search_vector(
  embedder int, query vector, readers text[], collections text[], uri_pattern text,
  since timestamptz, until timestamptz, max_rows int
) returns table (chunk_id bigint, score float8)
language plpgsql stable
set hnsw.iterative_scan = strict_order set hnsw.max_scan_tuples = 2147483647 set plan_cache_mode = force_custom_plan
as $$
begin
  -- The cast to a fixed dimension must be spelled out for the planner to match the index.
  return query execute format(
    'select c.id, 1 - (e.vector::halfvec(%1$s) <=> $1::halfvec(%1$s))
     from graft.embedding e
       join graft.chunk c on c.id = e.chunk_id join graft.document d on d.id = c.document_id
     where e.embedder_id = %2$s and c.valid_to is null
       and graft.may_read(d, $2)
       and ($3 is null or d.collection = any ($3)) and ($4 is null or d.uri ~ $4)
       and ($5 is null or c.valid_from >= $5) and ($6 is null or c.valid_from < $6)
     order by e.vector::halfvec(%1$s) <=> $1::halfvec(%1$s) limit %3$s',
    vector_dims(query), embedder, max_rows
  ) using query, readers, collections, uri_pattern, since, until;
end $$;

-- The index's own idf of each word, up to one common factor: BM25 of the word against itself. Zero for
-- words the corpus does not hold, null for stop words.
create function graft.word_weight(words text[]) returns table (word text, weight float8)
language sql stable
as $$
  select w, case when numnode(plainto_tsquery('english', w)) = 0 then null
    else -(w <@> to_bm25query(w, 'graft.chunk_current_bm25')) end
  from unnest(words) w
$$;
