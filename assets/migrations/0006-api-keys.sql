-- Keys of the HTTP API: whom they stand for and what they may do. The secret itself is never stored.

create table graft.api_key (
  id text collate "C" primary key,
  -- SHA-256 of the secret, which is random enough to need no slow hash
  secret_sha256 bytea not null,
  name text not null,
  -- Whose rights it reads with; no principal is the owner of the workspace.
  principal text references graft.principal (name) on delete cascade,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
