package health.helan.foundation.store.sql;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How each table would lie on distributed PostgreSQL (Citus). On one machine it changes nothing; it
 * stands here so that a new table is given its place at once (a test compares it with the catalog).
 */
public enum Distribution {
  /** Distributed by home, together with all others of the kind. */
  HOME,
  /** Distributed by key: lookup across homes. */
  KEY,
  /** Distributed by consumer; small, and changed a few times a minute. */
  CONSUMER,
  /** A copy on each node: small, and changed rarely. */
  REFERENCE,
  /** On the coordinator only. */
  LOCAL;

  /** Every table of the store. */
  public static Map<String, Distribution> byTable() {
    var tables = new LinkedHashMap<String, Distribution>();
    tables.put("lane", HOME); // First: the others are placed beside it.
    for (String table : Tables.all()) {
      tables.put(table, HOME);
    }
    for (String table :
        new String[] {
          "history",
          "change_log",
          "consumer_offset",
          "consumer_skip",
          "resource_count",
          "linked_patient"
        }) {
      tables.put(table, HOME);
    }
    for (String table : new String[] {"claim", "directory", "answered"}) {
      tables.put(table, KEY);
    }
    tables.put("consumer_lease", CONSUMER);
    tables.put("consumer_member", CONSUMER);
    tables.put("store_fact", REFERENCE);
    tables.put("instance", LOCAL);
    tables.put("reindex", LOCAL);
    tables.put("reindex_ready", LOCAL);
    tables.put("flyway_schema_history", LOCAL);
    return tables;
  }

  /** Tables of other rooms on the same database, whose migrations lie there. */
  public static Map<String, Distribution> ofOtherRooms() {
    var tables = new LinkedHashMap<String, Distribution>();
    tables.put("access_grant", HOME); // trust: in the home of the patient
    tables.put("pseudonym_patient", HOME); // trust: in the home of the pseudonym
    tables.put("pseudonym_key", REFERENCE);
    tables.put("pseudonym_step", REFERENCE);
    for (String table : new String[] {"intake_lane", "intake", "intake_correction"}) {
      tables.put(table, HOME); // gateway: in the bucket of the message's patient key
    }
    tables.put("intake_control", KEY);
    tables.put("gateway_feed", REFERENCE);
    tables.put("gateway_mapping", REFERENCE);
    tables.put("onboarding", REFERENCE); // onboarding: small, changed rarely
    tables.put("onboarding_step", REFERENCE);
    tables.put("onboarding_evidence", REFERENCE);
    tables.put("edge_position", KEY); // gateway: of one edge node's feed
    tables.put("edge_arrival", KEY);
    // terminology: changed rarely, read by all; local codes by their digest
    tables.put("term_generation", REFERENCE);
    tables.put("term_resource", REFERENCE);
    tables.put("term_concept", REFERENCE);
    tables.put("term_parent", REFERENCE);
    tables.put("term_property", REFERENCE);
    tables.put("term_mapping", REFERENCE);
    tables.put("term_staged", REFERENCE);
    tables.put("term_closure", REFERENCE);
    tables.put("term_closure_concept", REFERENCE);
    tables.put("term_local_code", KEY);
    // registry: changed rarely, asked at each act everywhere
    tables.put("registry_licence", REFERENCE);
    tables.put("registry_post", REFERENCE);
    tables.put("registry_organization", REFERENCE);
    tables.put("registry_practitioner", REFERENCE);
    tables.put("registry_service", REFERENCE);
    tables.put("registry_place", REFERENCE);
    tables.put("registry_made", REFERENCE);
    tables.put("subscription_delivery", HOME); // delivery: with the change it tells of
    tables.put("upload_item", KEY); // delivery: by destination and resource
    // quality: findings and counts in the home of the record, rules read by all
    for (String table :
        new String[] {"quality_finding", "quality_finding_step", "quality_increment"}) {
      tables.put(table, HOME);
    }
    tables.put("quality_rule", REFERENCE);
    // residents: records with their Patient, the rest by what they are looked up by
    tables.put("resident_record", HOME);
    tables.put("resident_source_merge", HOME);
    for (String table :
        new String[] {
          "resident_key",
          "resident_member",
          "resident_pair",
          "resident_ruling",
          "resident_review",
          "resident_decision",
          "resident_notice"
        }) {
      tables.put(table, KEY);
    }
    // residents: cards and their uses with the resident, places and keys read by all
    for (String table :
        new String[] {
          "health_card",
          "health_card_step",
          "health_card_account",
          "health_card_use",
          "health_card_shadow"
        }) {
      tables.put(table, HOME);
    }
    tables.put("health_card_terminal", REFERENCE);
    tables.put("health_card_party", REFERENCE);
    tables.put("health_card_key", REFERENCE);
    tables.put("health_card_pace", KEY);
    // care: visits on line and what was said and recorded in them, with the resident
    for (String table : new String[] {"visit", "visit_message", "visit_signal", "visit_chunk"}) {
      tables.put(table, HOME);
    }
    // booking: Slots and places with the Schedule, bookings with the resident
    for (String table :
        new String[] {
          "booking_slot", "booking_place", "booking_wait", "booking", "booking_resident"
        }) {
      tables.put(table, HOME);
    }
    tables.put("booking_pace", KEY);
    // pharmacy: rules of review and knowledge of drugs, changed rarely, read by all
    tables.put("review_rule", REFERENCE);
    tables.put("drug_knowledge", REFERENCE);
    tables.put("review_decision", HOME); // with the Task that was decided
    // pharmacy: prescriptions under way with the resident, stock with the pharmacy
    for (String table :
        new String[] {
          "circulation",
          "circulation_drug",
          "circulation_token",
          "circulation_dispense",
          "circulation_attempt",
          "pharmacy_stock",
          "pharmacy_shop",
          "parcel",
          "parcel_reading"
        }) {
      tables.put(table, HOME);
    }
    tables.put("dispense_trace", KEY);
    // care: queues and tickets in the bucket of the department
    tables.put("visit_queue", HOME);
    tables.put("visit_queue_ticket", HOME);
    tables.put("visit_queue_screen", REFERENCE);
    tables.put("visit_queue_pace", KEY);
    // oversight: postings and transfers in the bucket of the intent, with the parts of balances
    for (String table : new String[] {"ledger_posting", "ledger_balance", "ledger_transfer"}) {
      tables.put(table, HOME);
    }
    for (String table : new String[] {"pay_order", "pay_attempt", "pay_refund"}) {
      tables.put(table, HOME);
    }
    tables.put("simulated_payment", REFERENCE); // of the demonstration
    tables.put("price_item", REFERENCE);
    tables.put("settlement_rules", REFERENCE);
    for (String table :
        new String[] {
          "settlement",
          "settlement_share",
          "settlement_charge",
          "settlement_year",
          "settlement_money",
          "settlement_part",
          "credit_line",
          "credit_use"
        }) {
      tables.put(table, HOME);
    }
    tables.put("simulated_payer", REFERENCE); // of the demonstration
    // clearing: a day of a counterpart in one bucket, as its cases; closed days by what is closed
    tables.put("clearing_terms", REFERENCE);
    tables.put("clearing_layout", REFERENCE);
    for (String table :
        new String[] {
          "ledger_fence",
          "clearing_book",
          "clearing_statement",
          "clearing_entry",
          "clearing_rest",
          "clearing_case",
          "clearing_case_step",
          "clearing_close",
          "clearing_month",
          "clearing_month_step"
        }) {
      tables.put(table, HOME);
    }
    tables.put("simulated_refund", REFERENCE);
    // oversight: acts, hits and cases of supervision in the bucket of what they are about
    tables.put("supervision_rule", REFERENCE);
    for (String table :
        new String[] {
          "supervision_act",
          "supervision_hit",
          "supervision_case",
          "supervision_step",
          "complaint",
          "rating"
        }) {
      tables.put(table, HOME);
    }
    tables.put("supervision_number", KEY);
    return tables;
  }

  /** Calls that would distribute empty tables. */
  public static String citusScript() {
    var script = new StringBuilder();
    var tables = new LinkedHashMap<>(byTable());
    tables.putAll(ofOtherRooms());
    tables.forEach(
        (table, kind) -> {
          switch (kind) {
            case HOME -> distribute(script, table, "home", "lane");
            case KEY -> distribute(script, table, "key", "claim");
            case CONSUMER -> distribute(script, table, "consumer", "consumer_lease");
            case REFERENCE ->
                script.append("select create_reference_table('%s');%n".formatted(table));
            case LOCAL -> {
              // Stays where it is.
            }
          }
        });
    return script.toString();
  }

  private static void distribute(StringBuilder script, String table, String column, String with) {
    script.append(
        table.equals(with)
            ? "select create_distributed_table('%s', '%s');%n".formatted(table, column)
            : "select create_distributed_table('%s', '%s', colocate_with => '%s');%n"
                .formatted(table, column, with));
  }
}
