CREATE TABLE "accounts" ("account" blob primary key, "name" text not null unique, "opaque_record" blob not null, "seq" integer not null, "state" blob not null, "created_ms" integer not null, "credential" text);
CREATE INDEX "accounts_by_time" on "accounts" ("created_ms");
CREATE UNIQUE INDEX "accounts_of_credential" on "accounts" ("credential");
CREATE TABLE "blocks" ("account" blob not null references "accounts" ("account"), "blocked" blob not null, constraint "blocks_key" primary key ("account", "blocked"));
CREATE TABLE "budgets" ("budget" text primary key, "bytes" integer not null, "bytes_per_day" integer not null, "at_ms" integer not null);
CREATE TABLE "clock" ("id" integer primary key, "time_ms" integer not null);
CREATE TABLE "devices" ("device" blob primary key, "account" blob not null references "accounts" ("account"));
CREATE TABLE "entries" ("room_id" integer not null references "rooms" ("id"), "seq" integer not null, "entry" blob not null, "hash" blob not null, "payload" blob, "aux" blob, "sender_id" integer not null references "senders" ("id"), "message_id" blob not null, "time_ms" integer not null, constraint "entries_key" primary key ("room_id", "seq"), constraint "entries_once" unique ("sender_id", "message_id"));
CREATE TABLE "fork_tags" ("room" blob not null references "rooms" ("room"), "epoch" integer not null, "device" blob not null, "tag" blob not null, constraint "fork_tags_key" primary key ("room", "epoch", "device"));
CREATE INDEX "fork_tags_of_epoch" on "fork_tags" ("room", "epoch", "tag");
CREATE TABLE "groups" ("room" blob primary key references "rooms" ("room"), "state" blob not null);
CREATE TABLE "heads" ("room_id" integer primary key references "rooms" ("id"), "seq" integer not null, "hash" blob not null, "time_ms" integer not null);
CREATE TABLE "hook_out" ("id" integer primary key autoincrement, "hook" blob not null references "hooks" ("hook"), "jwe" text not null);
CREATE INDEX "hook_out_of_hook" on "hook_out" ("hook", "id");
CREATE TABLE "hooks" ("hook" blob primary key, "room" blob not null references "rooms" ("room"), "account" blob not null, "token_hash" blob not null, "generation" integer not null, "key_ids" text not null, "statement" text not null, "out_seq" integer not null, "out_count" integer default 0 not null, "out_bytes" integer default 0 not null);
CREATE INDEX "hooks_of_account" on "hooks" ("account");
CREATE TABLE "identity" ("id" integer primary key, "store" blob not null, "secrets" blob not null, "generation" integer not null, "time_ms" integer not null, "closed" integer not null);
CREATE TABLE "invitations" ("room" blob not null, "seq" integer not null, "device" blob not null, constraint "invitations_key" primary key ("device", "room", "seq"), constraint "invitations_welcome" foreign key ("room", "seq") references "welcomes" ("room", "seq"));
CREATE INDEX "invitations_of_welcome" on "invitations" ("room", "seq");
CREATE TABLE "invites" ("id" integer primary key autoincrement, "key_hash" blob not null unique, "uses_max" integer not null, "uses" integer not null, "created_ms" integer not null, "expires_ms" integer not null);
CREATE TABLE "key_package_claims" ("ref" blob not null, "claimant" blob not null, "owner" blob not null, "times" integer not null, "not_after_s" integer not null, constraint "key_package_claims_key" primary key ("claimant", "ref"));
CREATE INDEX "key_package_claims_of_owner" on "key_package_claims" ("owner", "claimant");
CREATE INDEX "key_package_claims_until" on "key_package_claims" ("not_after_s");
CREATE TABLE "key_packages" ("ref" blob primary key, "account" blob not null references "accounts" ("account"), "device" blob not null, "last_resort" integer not null, "bytes" blob not null, "not_after_s" integer not null, "created_ms" integer not null);
CREATE INDEX "key_packages_by_end" on "key_packages" ("account", "device", "last_resort", "not_after_s");
CREATE INDEX "key_packages_of_device" on "key_packages" ("account", "device", "last_resort", "created_ms");
CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
CREATE TABLE "links" ("account" blob not null references "accounts" ("account"), "seq" integer not null, "bytes" blob not null, "signatures" blob not null, constraint "links_key" primary key ("account", "seq"));
CREATE TABLE "looks" ("look" text primary key, "names" integer not null);
CREATE TABLE "members" ("room" blob not null references "rooms" ("room"), "device" blob not null, "account" blob not null, "leaf" integer not null, "until_seq" integer, "leaving" integer default 0 not null, constraint "members_key" primary key ("room", "device"));
CREATE INDEX "members_inside" on "members" ("room", "until_seq", "device", "account", "leaf");
CREATE INDEX "rooms_of_account" on "members" ("account", "until_seq", "room", "device");
CREATE INDEX "rooms_of_device" on "members" ("device", "until_seq");
CREATE TABLE "open_addressees" ("user_id" integer not null references "open_users" ("id"), "addressee_id" integer not null, constraint "open_addressees_key" primary key ("user_id", "addressee_id"));
CREATE TABLE "open_chats" ("id" text primary key, "initiator_id" integer not null references "open_users" ("id"), "generation" integer not null, "state" text not null, "created_ms" integer not null);
CREATE INDEX "open_chats_of_user" on "open_chats" ("initiator_id");
CREATE TABLE "open_mail" ("id" integer primary key autoincrement, "user_id" integer not null references "open_users" ("id"), "event" text not null, "payload" text not null, "created_ms" integer not null, "sender_id" integer, "characters" integer default 0 not null);
CREATE INDEX "open_mail_of_user" on "open_mail" ("user_id", "id");
CREATE TABLE "open_mail_shares" ("user_id" integer not null references "open_users" ("id"), "sender_id" integer not null references "open_users" ("id"), "letters" integer not null, "characters" integer not null, constraint "open_mail_shares_key" primary key ("user_id", "sender_id"));
CREATE INDEX "open_shares_of_sender" on "open_mail_shares" ("sender_id");
CREATE TABLE "open_mailboxes" ("user_id" integer primary key references "open_users" ("id"), "letters" integer not null, "characters" integer not null);
CREATE TABLE "open_members" ("room_id" integer not null references "open_rooms" ("id"), "user_id" integer not null references "open_users" ("id"), "membership" text not null, constraint "open_members_key" primary key ("room_id", "user_id"));
CREATE INDEX "open_members_by_user" on "open_members" ("user_id", "room_id");
CREATE INDEX "open_members_joined" on "open_members" ("room_id", "membership", "user_id");
CREATE TABLE "open_participants" ("chat_id" text not null references "open_chats" ("id"), "user_id" integer not null references "open_users" ("id"), "joined_ms" integer, constraint "open_participants_key" primary key ("chat_id", "user_id"));
CREATE INDEX "open_participants_of_user" on "open_participants" ("user_id", "joined_ms", "chat_id");
CREATE TABLE "open_room" ("id" integer primary key, "room" blob not null, "name" text not null, "since_ms" integer not null);
CREATE TABLE "open_room_askers" ("account" blob primary key, "asked_ms" integer not null);
CREATE INDEX "open_room_askers_by_time" on "open_room_askers" ("asked_ms", "account");
CREATE TABLE "open_room_messages" ("id" integer primary key autoincrement, "room_id" integer not null references "open_rooms" ("id"), "sender_id" integer not null references "open_users" ("id"), "key_id" text not null, "iv" blob not null, "iv_text" text not null, "content" text not null, "message_hash" text not null, "created_ms" integer not null, constraint "open_iv_once" unique ("room_id", "key_id", "iv"));
CREATE INDEX "open_messages_of_room" on "open_room_messages" ("room_id", "id");
CREATE INDEX "open_messages_of_user" on "open_room_messages" ("sender_id");
CREATE TABLE "open_rooms" ("id" integer primary key autoincrement, "name" text not null, "unique_name" text not null unique, "description" text not null, "creator_id" integer not null references "open_users" ("id"), "private" integer not null, "generation" integer not null, "created_ms" integer not null, "members" integer default 0 not null);
CREATE INDEX "open_rooms_of_creator" on "open_rooms" ("creator_id");
CREATE INDEX "open_rooms_visible" on "open_rooms" ("private", "id");
CREATE TABLE "open_seen" ("user_id" integer primary key references "open_users" ("id"), "seen_ms" integer not null);
CREATE TABLE "open_standings" ("user_id" integer primary key references "open_users" ("id"), "standing" text not null, "since_ms" integer not null);
CREATE TABLE "open_tokens" ("id" integer primary key autoincrement, "token_hash" blob not null unique, "user_id" integer not null references "open_users" ("id"), "kind" text not null, "label" text not null, "scopes" text not null, "created_ms" integer not null, "used_ms" integer not null, "expires_ms" integer not null);
CREATE INDEX "open_tokens_of_user" on "open_tokens" ("user_id", "kind");
CREATE TABLE "open_users" ("id" integer primary key autoincrement, "name" text not null unique, "account" blob unique references "accounts" ("account"), "password" text, "public_key" text, "fingerprint" text, "hidden" integer not null, "created_ms" integer not null);
CREATE TABLE "released_names" ("name" text primary key, "until_ms" integer not null, "look" text);
CREATE INDEX "released_names_by_look" on "released_names" ("look");
CREATE INDEX "released_names_until" on "released_names" ("until_ms");
CREATE TABLE "rooms" ("id" integer primary key, "room" blob not null unique, "epoch" integer not null, "policy" blob not null, "group_info" blob not null, "meta" blob, "meta_epoch" integer);
CREATE TABLE "schema_version" ("version" integer primary key, "name" text not null);
CREATE TABLE "seen" ("account" blob primary key references "accounts" ("account"), "seen_ms" integer not null);
CREATE TABLE "senders" ("id" integer primary key, "tag" blob not null unique, "counter" integer);
CREATE TABLE "sessions" ("token_hash" blob primary key, "account" blob not null references "accounts" ("account"), "device" blob, "created_ms" integer not null, "used_ms" integer not null);
CREATE INDEX "sessions_of_account" on "sessions" ("account", "device");
CREATE TABLE "spent_key_packages" ("ref" blob primary key, "not_after_s" integer not null);
CREATE INDEX "spent_by_end" on "spent_key_packages" ("not_after_s");
CREATE TABLE "standings" ("account" blob primary key references "accounts" ("account"), "standing" text not null, "since_ms" integer not null);
CREATE TABLE "tree_parts" ("id" integer primary key, "hash" blob not null unique, "nodes" blob not null, "blanks" integer, "left_id" integer references "tree_parts" ("id"), "right_id" integer references "tree_parts" ("id"), "refs" integer not null);
CREATE INDEX "tree_parts_left" on "tree_parts" ("left_id");
CREATE INDEX "tree_parts_right" on "tree_parts" ("right_id");
CREATE TABLE "vault_slots" ("account" blob not null references "accounts" ("account"), "slot" text not null, "counter" integer not null, "sealed" blob not null, constraint "vault_slots_key" primary key ("account", "slot"));
CREATE TABLE "welcomes" ("room" blob not null references "rooms" ("room"), "seq" integer not null, "hash" blob not null, "epoch" integer not null, "inviter" blob not null, "welcome" blob not null, "tree_hash" blob not null, "meta" blob, "time_ms" integer not null, "tree_id" integer references "tree_parts" ("id"), constraint "welcomes_key" primary key ("room", "seq"));
CREATE INDEX "welcomes_by_time" on "welcomes" ("room", "seq", "time_ms");
CREATE INDEX "welcomes_of_tree" on "welcomes" ("tree_id");

-- accounts.state: version 2:[bytes(32), list(512, bytes(32)), text(64), uint(9007199254740991), list(512, bytes(32)), list(512, [version 1:[bytes(16), bytes(32), bytes(1216), "web"|"desktop"|"cli"|"bot"|"guest", uint(9007199254740991), uint(9007199254740991)], uint(9007199254740991), [uint(9007199254740991), uint(9007199254740991), "logout"|"lost"|"replaced"|"idle"]|null])]
-- entries.entry: [1, bytes(16), uint(9007199254740991), bytes(32), 0|1|2|3|4|5|6|7, uint(9007199254740991), bytes(32), bytes(32), bytes(32)|null, uint(8640000000000000)]
-- groups.state: public group of mls, stored form 1
-- hooks.key_ids: thumbprints, a space between them
-- links.bytes: version 1:[bytes(32)|null, uint(9007199254740991), bytes(32), uint(9007199254740991)] then 0:[bytes(32), text(64), version 1:[bytes(16), bytes(32), bytes(1216), "web"|"desktop"|"cli"|"bot"|"guest", uint(9007199254740991), uint(9007199254740991)], bytes(16)]|1:[version 1:[bytes(16), bytes(32), bytes(1216), "web"|"desktop"|"cli"|"bot"|"guest", uint(9007199254740991), uint(9007199254740991)]]|2:[bytes(16), "logout"|"lost"|"replaced"|"idle"]|3:[bytes(32)]|4:[text(64)]
-- links.signatures: list(2, bytes(64))
-- open_tokens.scopes: scopes, a space between them
-- rooms.policy: version 1:[bytes(16), uint(65535), 0|1|2|3, list(2000, [bytes(32), 0|1|2|3]), [0|1|2|3, 0|1|2|3, 0|1|2|3, 0|1|2|3, 0|1|2|3, 0|1|2|3, 0|1|2|3, 0|1|2|3], [0|1|2|3, uint(3650)], uint(315360000), uint(3650), bytes(32), list(32, [bytes(16), bytes(32), bytes(32)|null, uint(255)]), [blob(1..64), uint(9007199254740991), blob(32..64), uint(9007199254740991), bytes(32)]|null]
-- entries.payload of a hook: [1, bytes(16), text(262144)]
-- entries.payload of a nack: [bytes(32), bytes(16), uint(9007199254740991), text(64), bytes(16), bytes(64)]
