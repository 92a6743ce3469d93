CREATE TABLE account (
	name TEXT NOT NULL,
	type TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'new' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	vendor_text TEXT DEFAULT '' NOT NULL,
	connected_at BIGINT,
	polled_at BIGINT,
	poll_ok_at BIGINT,
	health TEXT DEFAULT '{}' NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE cursor (
	account TEXT NOT NULL,
	stream TEXT NOT NULL,
	value TEXT DEFAULT '' NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (account, stream)
);
CREATE TABLE inbound_event (
	id INTEGER NOT NULL,
	account TEXT DEFAULT '' NOT NULL,
	external_id TEXT DEFAULT '' NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	raw BLOB,
	received_at BIGINT NOT NULL,
	state TEXT DEFAULT 'new' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	params TEXT DEFAULT '{}' NOT NULL,
	applied_at BIGINT,
	PRIMARY KEY (id),
	CONSTRAINT ck_inbound_state CHECK (state = 'new' OR state = 'applied' OR state = 'ignored' OR state = 'quarantined')
);
CREATE TABLE visitor (
	id INTEGER NOT NULL,
	account TEXT DEFAULT '' NOT NULL,
	key_hash TEXT DEFAULT '' NOT NULL,
	address TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	email TEXT DEFAULT '' NOT NULL,
	opened_at BIGINT NOT NULL,
	wrote_at BIGINT,
	seen_at BIGINT,
	PRIMARY KEY (id)
);
CREATE TABLE usage (
	account TEXT NOT NULL,
	month TEXT NOT NULL,
	category TEXT NOT NULL,
	count INTEGER DEFAULT 0 NOT NULL,
	segments INTEGER DEFAULT 0 NOT NULL,
	price TEXT DEFAULT '' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	as_of BIGINT NOT NULL,
	PRIMARY KEY (account, month, category)
);
CREATE TABLE conversation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	guest_id BIGINT NOT NULL,
	property TEXT DEFAULT '' NOT NULL,
	thread_key TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'open' NOT NULL,
	state_at BIGINT,
	state_by TEXT DEFAULT '' NOT NULL,
	wake_at BIGINT,
	kept_wake_at BIGINT,
	snooze_reason TEXT DEFAULT '' NOT NULL,
	automation SMALLINT DEFAULT 0 NOT NULL,
	unanswered SMALLINT DEFAULT 0 NOT NULL,
	unanswered_since BIGINT,
	no_reply_needed SMALLINT DEFAULT 0 NOT NULL,
	machine SMALLINT DEFAULT 0 NOT NULL,
	last_at BIGINT NOT NULL,
	last_message_id BIGINT,
	preview TEXT DEFAULT '' NOT NULL,
	preview_by TEXT DEFAULT '' NOT NULL,
	last_channel TEXT DEFAULT '' NOT NULL,
	last_account TEXT DEFAULT '' NOT NULL,
	last_address TEXT DEFAULT '' NOT NULL,
	last_in_at BIGINT,
	outcome TEXT DEFAULT '' NOT NULL,
	deadline_at BIGINT,
	deadline_kind TEXT DEFAULT '' NOT NULL,
	assignee TEXT DEFAULT '' NOT NULL,
	ambiguous SMALLINT DEFAULT 0 NOT NULL,
	spam_rule TEXT DEFAULT '' NOT NULL,
	history_from BIGINT,
	created_at BIGINT NOT NULL,
	CONSTRAINT ck_state_code CHECK (state = 'open' OR state = 'pending' OR state = 'closed' OR state = 'spam')
);
CREATE TABLE unread (
	operator TEXT NOT NULL,
	conversation_id BIGINT NOT NULL,
	count INTEGER DEFAULT 0 NOT NULL,
	since_at BIGINT NOT NULL,
	state TEXT DEFAULT 'open' NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (operator, conversation_id)
)
 WITHOUT ROWID;
CREATE TABLE message (
	id INTEGER NOT NULL,
	conversation_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	direction TEXT DEFAULT 'in' NOT NULL,
	kind TEXT DEFAULT 'chat' NOT NULL,
	origin TEXT DEFAULT 'guest' NOT NULL,
	message_class TEXT DEFAULT 'transactional' NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	account TEXT DEFAULT '' NOT NULL,
	external_id TEXT DEFAULT '' NOT NULL,
	own_address TEXT DEFAULT '' NOT NULL,
	address TEXT DEFAULT '' NOT NULL,
	author TEXT DEFAULT '' NOT NULL,
	subject TEXT DEFAULT '' NOT NULL,
	subject_key TEXT DEFAULT '' NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	full_text TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	delivered_at BIGINT,
	read_at BIGINT,
	error_code TEXT DEFAULT '' NOT NULL,
	vendor_text TEXT DEFAULT '' NOT NULL,
	template TEXT DEFAULT '' NOT NULL,
	thread_ref TEXT DEFAULT '' NOT NULL,
	refs TEXT DEFAULT '' NOT NULL,
	segments INTEGER,
	automated SMALLINT DEFAULT 0 NOT NULL,
	imported SMALLINT DEFAULT 0 NOT NULL,
	quoted TEXT DEFAULT '' NOT NULL,
	parent TEXT DEFAULT '' NOT NULL,
	reactions TEXT DEFAULT '{}' NOT NULL,
	edited_at BIGINT,
	removed_at BIGINT,
	billed_as TEXT DEFAULT '' NOT NULL,
	seconds INTEGER,
	reacted_at TEXT DEFAULT '{}' NOT NULL,
	switched TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_direction_code CHECK (direction = 'in' OR direction = 'out' OR direction = 'none'),
	CONSTRAINT ck_kind_code CHECK (kind = 'chat' OR kind = 'email' OR kind = 'comment' OR kind = 'call' OR kind = 'note'),
	CONSTRAINT ck_origin_code CHECK (origin = 'guest' OR origin = 'manual' OR origin = 'scheduled' OR origin = 'booking' OR origin = 'campaign' OR origin = 'bot' OR origin = 'elsewhere'),
	CONSTRAINT ck_message_class_code CHECK (message_class = 'transactional' OR message_class = 'marketing'),
	CONSTRAINT ck_state_code CHECK (state = '' OR state = 'held' OR state = 'queued' OR state = 'sending' OR state = 'sent' OR state = 'delivered' OR state = 'read' OR state = 'failed' OR state = 'unknown' OR state = 'cancelled')
);
CREATE TABLE revision (
	id INTEGER NOT NULL,
	message_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE attachment (
	id INTEGER NOT NULL,
	message_id BIGINT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	type TEXT DEFAULT '' NOT NULL,
	size BIGINT,
	sha256 TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'remote' NOT NULL,
	ref TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	seconds INTEGER,
	transcript TEXT DEFAULT '' NOT NULL,
	transcript_state TEXT DEFAULT '' NOT NULL,
	transcript_by TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_attachment_state CHECK (state = 'remote' OR state = 'stored' OR state = 'refused' OR state = 'failed')
);
CREATE TABLE search_message (
	id INTEGER NOT NULL,
	message_id BIGINT NOT NULL,
	folded TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE search_guest (
	id INTEGER NOT NULL,
	folded TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE operator (
	code TEXT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	first_seen_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	PRIMARY KEY (code)
);
CREATE TABLE preference (
	operator TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (operator, name)
);
CREATE TABLE draft (
	conversation_id BIGINT NOT NULL,
	operator TEXT NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	cursor INTEGER DEFAULT 0 NOT NULL,
	account TEXT DEFAULT '' NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	mode TEXT DEFAULT 'reply' NOT NULL,
	attachments TEXT DEFAULT '[]' NOT NULL,
	updated_at BIGINT NOT NULL,
	way TEXT DEFAULT '' NOT NULL,
	target TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (conversation_id, operator)
);
CREATE TABLE tag (
	id INTEGER NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	colour TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE tagged (
	tag_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	ref_id BIGINT NOT NULL,
	PRIMARY KEY (tag_id, kind, ref_id)
);
CREATE TABLE request (
	id INTEGER NOT NULL,
	conversation_id BIGINT,
	guest_id BIGINT NOT NULL,
	reservation_id BIGINT,
	kind TEXT DEFAULT 'other' NOT NULL,
	title TEXT DEFAULT '' NOT NULL,
	status TEXT DEFAULT 'open' NOT NULL,
	due_at BIGINT,
	"by" TEXT DEFAULT '' NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_request_status CHECK (status = 'open' OR status = 'done' OR status = 'cancelled')
);
CREATE TABLE event (
	id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	actor TEXT DEFAULT '' NOT NULL,
	conversation_id BIGINT,
	guest_id BIGINT,
	params TEXT DEFAULT '{}' NOT NULL,
	undo TEXT DEFAULT '' NOT NULL,
	undone_at BIGINT,
	PRIMARY KEY (id)
);
CREATE TABLE presence (
	conversation_id BIGINT NOT NULL,
	operator TEXT NOT NULL,
	doing TEXT DEFAULT 'viewing' NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (conversation_id, operator)
);
CREATE TABLE job (
	id INTEGER NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	account TEXT DEFAULT '' NOT NULL,
	params TEXT DEFAULT '{}' NOT NULL,
	state TEXT DEFAULT 'queued' NOT NULL,
	result TEXT DEFAULT '{}' NOT NULL,
	created_by TEXT DEFAULT '' NOT NULL,
	created_at BIGINT NOT NULL,
	done_at BIGINT,
	PRIMARY KEY (id),
	CONSTRAINT ck_job_state CHECK (state = 'queued' OR state = 'done' OR state = 'failed')
);
CREATE TABLE worker (
	name TEXT NOT NULL,
	boot TEXT DEFAULT '' NOT NULL,
	pid BIGINT NOT NULL,
	started_at BIGINT NOT NULL,
	beat_at BIGINT NOT NULL,
	stopped_at BIGINT,
	PRIMARY KEY (name)
);
CREATE TABLE mapping (
	name TEXT NOT NULL,
	value TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE change (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind TEXT DEFAULT '' NOT NULL,
	ref BIGINT NOT NULL,
	at BIGINT NOT NULL
);
CREATE TABLE guest_list (
	id INTEGER NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	criteria TEXT DEFAULT '{}' NOT NULL,
	place INTEGER DEFAULT 0 NOT NULL,
	updated_by TEXT DEFAULT '' NOT NULL,
	updated_at BIGINT,
	PRIMARY KEY (id)
);
CREATE TABLE campaign (
	id INTEGER NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	channels TEXT DEFAULT '[]' NOT NULL,
	kind TEXT DEFAULT 'send' NOT NULL,
	state TEXT DEFAULT 'running' NOT NULL,
	message_class TEXT DEFAULT 'marketing' NOT NULL,
	class_reason TEXT DEFAULT '' NOT NULL,
	subject TEXT DEFAULT '' NOT NULL,
	template BIGINT,
	"values" TEXT DEFAULT '{}' NOT NULL,
	guest_list BIGINT,
	created_by TEXT DEFAULT '' NOT NULL,
	created_at BIGINT NOT NULL,
	unlocked_by TEXT DEFAULT '' NOT NULL,
	ended_at BIGINT,
	property TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_kind_code CHECK (kind = 'send' OR kind = 'terms'),
	CONSTRAINT ck_state_code CHECK (state = 'running' OR state = 'paused' OR state = 'done' OR state = 'cancelled'),
	CONSTRAINT ck_message_class_code CHECK (message_class = 'transactional' OR message_class = 'marketing')
);
CREATE TABLE recipient (
	campaign_id BIGINT NOT NULL,
	guest_id BIGINT NOT NULL,
	place INTEGER DEFAULT 0 NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	params TEXT DEFAULT '{}' NOT NULL,
	outbox_id BIGINT,
	queued_at BIGINT,
	accepted_at BIGINT,
	accepted_by TEXT DEFAULT '' NOT NULL,
	accepted_how TEXT DEFAULT '' NOT NULL,
	turn INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (campaign_id, guest_id),
	CONSTRAINT ck_state_code CHECK (state = 'waiting' OR state = 'queued' OR state = 'left_out' OR state = 'cancelled')
);
CREATE TABLE offer (
	id INTEGER NOT NULL,
	title TEXT DEFAULT '' NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	channels TEXT DEFAULT '[]' NOT NULL,
	minutes INTEGER DEFAULT 0 NOT NULL,
	mode TEXT DEFAULT 'turn' NOT NULL,
	state TEXT DEFAULT 'open' NOT NULL,
	taken_by BIGINT,
	created_by TEXT DEFAULT '' NOT NULL,
	created_at BIGINT NOT NULL,
	ended_at BIGINT,
	property TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_mode_code CHECK (mode = 'turn' OR mode = 'first'),
	CONSTRAINT ck_state_code CHECK (state = 'open' OR state = 'taken' OR state = 'nobody' OR state = 'withdrawn')
);
CREATE TABLE asked (
	offer_id BIGINT NOT NULL,
	guest_id BIGINT NOT NULL,
	place INTEGER DEFAULT 0 NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	asked_at BIGINT,
	reply_by BIGINT,
	answered_at BIGINT,
	outbox_id BIGINT,
	PRIMARY KEY (offer_id, guest_id),
	CONSTRAINT ck_state_code CHECK (state = 'waiting' OR state = 'asked' OR state = 'yes' OR state = 'no' OR state = 'silent' OR state = 'late' OR state = 'left_out')
);
CREATE TABLE guest (
	id INTEGER NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	sort_name TEXT DEFAULT '' NOT NULL,
	kind TEXT DEFAULT 'person' NOT NULL,
	language TEXT DEFAULT '' NOT NULL,
	country TEXT DEFAULT '' NOT NULL,
	vip SMALLINT DEFAULT 0 NOT NULL,
	phone TEXT DEFAULT '' NOT NULL,
	email TEXT DEFAULT '' NOT NULL,
	alert TEXT DEFAULT '' NOT NULL,
	notes TEXT DEFAULT '' NOT NULL,
	blocked SMALLINT DEFAULT 0 NOT NULL,
	merged_into BIGINT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE handle (
	id INTEGER NOT NULL,
	guest_id BIGINT NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	address TEXT DEFAULT '' NOT NULL,
	label TEXT DEFAULT '' NOT NULL,
	unreachable TEXT DEFAULT '' NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE line (
	account TEXT NOT NULL,
	channel TEXT NOT NULL,
	address TEXT NOT NULL,
	last_in_at BIGINT,
	last_out_at BIGINT,
	stopped_at BIGINT,
	stop_word TEXT DEFAULT '' NOT NULL,
	stop_source TEXT DEFAULT '' NOT NULL,
	closed_code TEXT DEFAULT '' NOT NULL,
	open_until BIGINT,
	access_at BIGINT,
	wish_at BIGINT,
	reply_by BIGINT,
	read_until BIGINT,
	route TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (account, channel, address)
);
CREATE TABLE consent (
	guest_id BIGINT NOT NULL,
	topic TEXT NOT NULL,
	medium TEXT NOT NULL,
	allowed SMALLINT DEFAULT 0 NOT NULL,
	at BIGINT,
	"by" TEXT DEFAULT '' NOT NULL,
	source TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (guest_id, topic, medium)
);
CREATE TABLE outbox (
	id INTEGER NOT NULL,
	dedupe_key TEXT DEFAULT '' NOT NULL,
	message_id BIGINT NOT NULL,
	conversation_id BIGINT NOT NULL,
	account TEXT DEFAULT '' NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	address TEXT DEFAULT '' NOT NULL,
	own_address TEXT DEFAULT '' NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	subject TEXT DEFAULT '' NOT NULL,
	message_ref TEXT DEFAULT '' NOT NULL,
	in_reply_to TEXT DEFAULT '' NOT NULL,
	refs TEXT DEFAULT '' NOT NULL,
	template_id TEXT DEFAULT '' NOT NULL,
	template_values TEXT DEFAULT '{}' NOT NULL,
	attachments TEXT DEFAULT '[]' NOT NULL,
	attachment_names TEXT DEFAULT '[]' NOT NULL,
	state TEXT DEFAULT 'held' NOT NULL,
	not_before BIGINT,
	expires_at BIGINT,
	tries INTEGER DEFAULT 0 NOT NULL,
	owner TEXT DEFAULT '' NOT NULL,
	provider_id TEXT DEFAULT '' NOT NULL,
	unknown_since BIGINT,
	looked_up INTEGER DEFAULT 0 NOT NULL,
	created_by TEXT DEFAULT '' NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	scheduled SMALLINT DEFAULT 0 NOT NULL,
	hold_if_guest_writes SMALLINT DEFAULT 0 NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	reason_params TEXT DEFAULT '{}' NOT NULL,
	vendor_text TEXT DEFAULT '' NOT NULL,
	body_hash TEXT DEFAULT '' NOT NULL,
	undo TEXT DEFAULT '' NOT NULL,
	way TEXT DEFAULT '' NOT NULL,
	target TEXT DEFAULT '' NOT NULL,
	tag TEXT DEFAULT '' NOT NULL,
	zone TEXT DEFAULT '' NOT NULL,
	route TEXT DEFAULT '' NOT NULL,
	html TEXT DEFAULT '' NOT NULL,
	unsubscribe TEXT DEFAULT '[]' NOT NULL,
	version INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_state_code CHECK (state = 'held' OR state = 'queued' OR state = 'claimed' OR state = 'inflight' OR state = 'retry_wait' OR state = 'accepted' OR state = 'delivered' OR state = 'read' OR state = 'failed' OR state = 'expired' OR state = 'unknown' OR state = 'needs_operator' OR state = 'cancelled')
);
CREATE TABLE attempt (
	id INTEGER NOT NULL,
	outbox_id BIGINT NOT NULL,
	n INTEGER DEFAULT 0 NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT,
	outcome TEXT DEFAULT '' NOT NULL,
	error TEXT DEFAULT '' NOT NULL,
	http_status INTEGER,
	PRIMARY KEY (id)
);
CREATE TABLE deed (
	id INTEGER NOT NULL,
	account TEXT DEFAULT '' NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	address TEXT DEFAULT '' NOT NULL,
	act TEXT DEFAULT 'read' NOT NULL,
	ref TEXT DEFAULT '' NOT NULL,
	value TEXT DEFAULT '' NOT NULL,
	conversation_ref TEXT DEFAULT '' NOT NULL,
	conversation_id BIGINT NOT NULL,
	created_by TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'pending' NOT NULL,
	tries INTEGER DEFAULT 0 NOT NULL,
	not_before BIGINT NOT NULL,
	expires_at BIGINT,
	reason TEXT DEFAULT '' NOT NULL,
	vendor_text TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_act_code CHECK (act = 'read' OR act = 'typing' OR act = 'no_reply_needed' OR act = 'react' OR act = 'hide' OR act = 'spam' OR act = 'close'),
	CONSTRAINT ck_deed_state CHECK (state = 'pending' OR state = 'done' OR state = 'failed')
);
CREATE TABLE reservation (
	id INTEGER NOT NULL,
	guest_id BIGINT NOT NULL,
	source TEXT DEFAULT '' NOT NULL,
	external_id TEXT DEFAULT '' NOT NULL,
	arrival TEXT DEFAULT '' NOT NULL,
	departure TEXT DEFAULT '' NOT NULL,
	status TEXT DEFAULT 'confirmed' NOT NULL,
	property TEXT DEFAULT '' NOT NULL,
	room TEXT DEFAULT '' NOT NULL,
	room_type TEXT DEFAULT '' NOT NULL,
	ota TEXT DEFAULT '' NOT NULL,
	ota_code TEXT DEFAULT '' NOT NULL,
	adults INTEGER DEFAULT 0 NOT NULL,
	children INTEGER DEFAULT 0 NOT NULL,
	total TEXT DEFAULT '' NOT NULL,
	notes TEXT DEFAULT '' NOT NULL,
	revision INTEGER DEFAULT 0 NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	group_id TEXT DEFAULT '' NOT NULL,
	low_confidence SMALLINT DEFAULT 0 NOT NULL,
	source_at BIGINT,
	payment TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_status_code CHECK (status = 'pending' OR status = 'confirmed' OR status = 'declined' OR status = 'cancelled' OR status = 'no_show')
);
CREATE TABLE stay_event (
	id INTEGER NOT NULL,
	reservation_id BIGINT NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	revision INTEGER DEFAULT 0 NOT NULL,
	at BIGINT NOT NULL,
	arrival TEXT DEFAULT '' NOT NULL,
	departure TEXT DEFAULT '' NOT NULL,
	was_arrival TEXT,
	was_departure TEXT,
	handled_at BIGINT,
	due_at BIGINT,
	note TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_kind_code CHECK (kind = 'pending' OR kind = 'confirmed' OR kind = 'declined' OR kind = 'cancelled' OR kind = 'rescheduled')
);
CREATE TABLE template (
	id INTEGER NOT NULL,
	kind TEXT DEFAULT 'snippet' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT '' NOT NULL,
	shortcut TEXT DEFAULT '' NOT NULL,
	subject TEXT DEFAULT '' NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	category TEXT DEFAULT '' NOT NULL,
	message_class TEXT DEFAULT 'transactional' NOT NULL,
	account TEXT DEFAULT '' NOT NULL,
	vendor_id TEXT DEFAULT '' NOT NULL,
	approval TEXT DEFAULT '' NOT NULL,
	approval_reason TEXT DEFAULT '' NOT NULL,
	quality TEXT DEFAULT '' NOT NULL,
	submitted_at BIGINT,
	mapping TEXT DEFAULT '{}' NOT NULL,
	version INTEGER DEFAULT 0 NOT NULL,
	archived SMALLINT DEFAULT 0 NOT NULL,
	updated_by TEXT DEFAULT '' NOT NULL,
	updated_at BIGINT,
	event TEXT DEFAULT '' NOT NULL,
	required TEXT DEFAULT '[]' NOT NULL,
	forms TEXT DEFAULT '{}' NOT NULL,
	property TEXT DEFAULT '' NOT NULL,
	room_type TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_kind_code CHECK (kind = 'snippet' OR kind = 'reminder' OR kind = 'whatsapp' OR kind = 'text' OR kind = 'footer'),
	CONSTRAINT ck_approval_code CHECK (approval = '' OR approval = 'submitted' OR approval = 'approved' OR approval = 'rejected' OR approval = 'paused')
);
CREATE TABLE template_version (
	template_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	subject TEXT DEFAULT '' NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	forms TEXT DEFAULT '{}' NOT NULL,
	"by" TEXT DEFAULT '' NOT NULL,
	at BIGINT,
	PRIMARY KEY (template_id, version)
);
CREATE TABLE rule (
	id INTEGER NOT NULL,
	kind TEXT DEFAULT 'before_arrival' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	template TEXT DEFAULT '' NOT NULL,
	days INTEGER DEFAULT 0 NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	channels TEXT DEFAULT '[]' NOT NULL,
	enabled SMALLINT DEFAULT 0 NOT NULL,
	hold_if_guest_writes SMALLINT DEFAULT 0 NOT NULL,
	mode TEXT DEFAULT 'first' NOT NULL,
	late TEXT DEFAULT 'skip' NOT NULL,
	per TEXT DEFAULT 'room' NOT NULL,
	stagger INTEGER DEFAULT 0 NOT NULL,
	journey TEXT DEFAULT '' NOT NULL,
	audience BIGINT,
	PRIMARY KEY (id)
);
CREATE TABLE planned (
	id INTEGER NOT NULL,
	rule_id BIGINT NOT NULL,
	reservation_id BIGINT NOT NULL,
	local_date TEXT DEFAULT '' NOT NULL,
	due_at BIGINT NOT NULL,
	state TEXT DEFAULT 'planned' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	outbox_id BIGINT,
	anchor TEXT,
	said TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT ck_state_code CHECK (state = 'planned' OR state = 'held' OR state = 'queued' OR state = 'skipped' OR state = 'withdrawn' OR state = 'expired')
);
CREATE INDEX ix_asked_guest ON asked (guest_id, offer_id);
CREATE INDEX ix_attachment_asked ON attachment (id) WHERE transcript_state = 'asked';
CREATE INDEX ix_attachment_message ON attachment (message_id, id);
CREATE INDEX ix_attachment_remote ON attachment (id) WHERE state = 'remote';
CREATE INDEX ix_campaign_running ON campaign (id) WHERE state = 'running';
CREATE INDEX ix_change_at ON change (at);
CREATE INDEX ix_conversation_channel ON conversation (last_channel, machine, state, last_at DESC, id DESC);
CREATE INDEX ix_conversation_deadline ON conversation (state, deadline_at, id) WHERE deadline_at IS NOT NULL AND machine = 0;
CREATE INDEX ix_conversation_last ON conversation (last_at DESC, id DESC, guest_id);
CREATE INDEX ix_conversation_state ON conversation (state, last_at DESC, id DESC, guest_id) WHERE machine = 0;
CREATE INDEX ix_conversation_unanswered ON conversation (state, last_at DESC, id DESC) WHERE unanswered = 1 AND machine = 0;
CREATE INDEX ix_conversation_waiting ON conversation (state, unanswered_since, id) WHERE unanswered = 1 AND machine = 0;
CREATE INDEX ix_conversation_wake ON conversation (wake_at) WHERE state = 'pending';
CREATE INDEX ix_deed_pending ON deed (not_before, id) WHERE state = 'pending';
CREATE INDEX ix_draft_operator ON draft (operator, updated_at);
CREATE INDEX ix_event_conversation ON event (conversation_id, at, id);
CREATE INDEX ix_event_guest ON event (guest_id, at);
CREATE INDEX ix_event_undo ON event (actor, id DESC) WHERE undo <> '' AND undone_at IS NULL;
CREATE INDEX ix_guest_email ON guest (email) WHERE email <> '';
CREATE INDEX ix_guest_list_place ON guest_list (place, id);
CREATE INDEX ix_guest_phone ON guest (phone) WHERE phone <> '';
CREATE INDEX ix_guest_sort ON guest (sort_name, id);
CREATE INDEX ix_handle_address ON handle (address);
CREATE INDEX ix_handle_guest ON handle (guest_id);
CREATE INDEX ix_inbound_new ON inbound_event (account, id) WHERE state = 'new';
CREATE INDEX ix_inbound_quarantined ON inbound_event (account, id) WHERE state = 'quarantined';
CREATE INDEX ix_inbound_raw ON inbound_event (applied_at) WHERE raw IS NOT NULL AND applied_at IS NOT NULL;
CREATE INDEX ix_job_queued ON job (id) WHERE state = 'queued';
CREATE INDEX ix_line_address ON line (channel, address);
CREATE INDEX ix_message_ref ON message (account, thread_ref) WHERE thread_ref <> '';
CREATE INDEX ix_message_subject ON message (account, address, subject_key, at DESC) WHERE subject_key <> '';
CREATE INDEX ix_message_thread ON message (conversation_id, at DESC, id DESC);
CREATE INDEX ix_offer_open ON offer (id) WHERE state = 'open';
CREATE INDEX ix_outbox_conversation ON outbox (conversation_id, id);
CREATE INDEX ix_outbox_created ON outbox (created_at DESC, id DESC);
CREATE INDEX ix_outbox_line ON outbox (account, address, state, id);
CREATE INDEX ix_outbox_message ON outbox (message_id);
CREATE INDEX ix_outbox_ref ON outbox (account, message_ref) WHERE message_ref <> '';
CREATE INDEX ix_outbox_state ON outbox (state, not_before, id);
CREATE INDEX ix_planned_due ON planned (state, due_at, id);
CREATE INDEX ix_planned_reservation ON planned (reservation_id);
CREATE INDEX ix_recipient_guest ON recipient (guest_id, campaign_id);
CREATE INDEX ix_recipient_outbox ON recipient (outbox_id);
CREATE INDEX ix_recipient_queued ON recipient (queued_at) WHERE queued_at IS NOT NULL;
CREATE INDEX ix_recipient_turn ON recipient (campaign_id, state, place);
CREATE INDEX ix_request_guest ON request (guest_id, id);
CREATE INDEX ix_reservation_arrival ON reservation (arrival, id);
CREATE INDEX ix_reservation_code ON reservation (ota_code);
CREATE INDEX ix_reservation_departure ON reservation (departure, arrival, status, guest_id);
CREATE INDEX ix_reservation_group ON reservation (source, group_id) WHERE group_id <> '';
CREATE INDEX ix_reservation_guest ON reservation (guest_id, arrival, departure, status, room);
CREATE INDEX ix_reservation_room ON reservation (room, departure);
CREATE INDEX ix_revision_message ON revision (message_id, id);
CREATE INDEX ix_stay_event_waiting ON stay_event (id) WHERE handled_at IS NULL;
CREATE INDEX ix_tagged_ref ON tagged (kind, ref_id);
CREATE INDEX ix_unread_conversation ON unread (conversation_id);
CREATE INDEX ix_unread_state ON unread (operator, state, last_at DESC, conversation_id DESC);
CREATE INDEX ix_visitor_silent ON visitor (opened_at) WHERE wrote_at IS NULL;
CREATE UNIQUE INDEX ux_attempt ON attempt (outbox_id, n);
CREATE UNIQUE INDEX ux_conversation_guest ON conversation (guest_id, property, thread_key);
CREATE UNIQUE INDEX ux_deed ON deed (account, channel, address, act, ref);
CREATE UNIQUE INDEX ux_handle ON handle (channel, address, guest_id);
CREATE UNIQUE INDEX ux_inbound_external ON inbound_event (account, external_id);
CREATE UNIQUE INDEX ux_message_external ON message (account, external_id) WHERE external_id <> '';
CREATE UNIQUE INDEX ux_outbox_dedupe ON outbox (dedupe_key);
CREATE UNIQUE INDEX ux_outbox_provider ON outbox (account, provider_id) WHERE provider_id <> '';
CREATE UNIQUE INDEX ux_planned ON planned (rule_id, reservation_id, local_date);
CREATE UNIQUE INDEX ux_reservation_source ON reservation (source, external_id);
CREATE UNIQUE INDEX ux_search_message ON search_message (message_id);
CREATE UNIQUE INDEX ux_stay_event ON stay_event (reservation_id, kind, revision);
CREATE UNIQUE INDEX ux_tag ON tag (name);
CREATE UNIQUE INDEX ux_template ON template (kind, name, language, account, property, room_type) WHERE archived = 0;
CREATE UNIQUE INDEX ux_visitor_key ON visitor (account, key_hash);
