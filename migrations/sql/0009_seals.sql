-- What is hashed, and how, is said in ledger/canonical.py. No foreign keys: to check one locks the posting's row, and
-- with it writes its page again; ledger/verify_seals.py finds whatever is missing on either side.

CREATE TABLE seal_blocks (
    height    bigint PRIMARY KEY CHECK (height > 0),   -- 1, 2, 3 ... without gaps
    previous  bytea NOT NULL,          -- hash of the block before; 32 zero bytes before the first
    skip      bytea NOT NULL,          -- hash of the block at height & (height - 1): a short way to any older block
    root      bytea NOT NULL,          -- of the Merkle tree over its leaves: accounts first, then postings
    accounts  integer NOT NULL CHECK (accounts >= 0),
    postings  integer NOT NULL CHECK (postings > 0),
    swept     bigint NOT NULL,         -- every posting up to this id is in this block or an older one, or never was
    sealed_at timestamptz NOT NULL,
    hash      bytea NOT NULL UNIQUE
);
CREATE TABLE seal_postings (
    posting_id bigint PRIMARY KEY,
    height     bigint NOT NULL,
    place      integer NOT NULL,       -- among the block's leaves, from 0
    leaf       bytea NOT NULL,         -- its hash, kept so that what was changed can be named, not only its block
    UNIQUE (height, place)
);
CREATE TABLE seal_accounts (
    account text COLLATE "C" PRIMARY KEY,
    height  bigint NOT NULL,
    place   integer NOT NULL,
    leaf    bytea NOT NULL,
    UNIQUE (height, place)
);
CREATE INDEX lots_posting ON lots (posting_id);
