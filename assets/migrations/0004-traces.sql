-- Traces: what was searched, found, chosen and said for every answer. Feedback on them, and its review.

create table graft.trace (
  -- Begins with the time, so that the order of ids is the order of answers.
  id text collate "C" primary key,
  at timestamptz not null,
  -- Who asked, and with which groups; no groups are the owner, who reads everything.
  principal text,
  reader_groups text[],
  outcome text not null check (outcome in ('answered', 'abstained', 'failed', 'aborted')),
  -- question, query, history and answer: what may be personal, apart from the rest; null where none is kept
  texts jsonb,
  -- everything else; evidence is named by chunk, version and range, never copied
  record jsonb not null
);
create index trace_at on graft.trace (at);
create index trace_principal on graft.trace (principal, id) where principal is not null;

-- One verdict per answer and person. It stays when its trace is pruned: it may become an example.
create table graft.feedback (
  id text collate "C" primary key,
  trace_id text not null,
  principal text,
  vote text not null check (vote in ('up', 'down')),
  reason text,
  correction text,
  -- The example that it would be: the conversation up to the question, and the reply to learn.
  conversation jsonb,
  reply text,
  -- chunk and range of the sentences on which the answer rested
  evidence jsonb not null default '[]',
  state text not null default 'waiting' check (state in ('waiting', 'accepted', 'rejected')),
  at timestamptz not null default now(),
  reviewed_at timestamptz,
  unique nulls not distinct (trace_id, principal),
  check (state <> 'accepted' or (conversation is not null and reply is not null))
);
create index feedback_state on graft.feedback (state, id);
