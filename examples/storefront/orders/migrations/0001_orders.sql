CREATE TABLE IF NOT EXISTS orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product bigint NOT NULL,
    placed timestamptz NOT NULL DEFAULT now()
);
