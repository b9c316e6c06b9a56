package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * In which bucket a resource lies (docs/adr/0002). What belongs to a resident lies with the
 * resident; a Slot with its Schedule; everything else where chance puts it.
 */
final class Homes {
  /** Elements of a resource that name the patient it belongs to; enough for a guess of locality. */
  private static final String[] PATIENT_ELEMENTS = {
    "subject", "patient", "beneficiary", "for", "individual", "policyHolder"
  };

  private static final int CACHED = 100_000;

  private final IndexKey key;

  /** Homes of client-assigned ids never change: safe to keep. */
  private final Map<String, Integer> cache =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > CACHED;
        }
      };

  Homes(IndexKey key) {
    this.key = key;
  }

  /** Home of an existing resource; null when an id that a client assigned is not taken. */
  @Nullable Integer of(Connection connection, String type, String id) throws SQLException {
    if (Ids.isAssigned(id)) {
      return Ids.home(id);
    }
    String reference = type + "/" + id;
    synchronized (cache) {
      Integer known = cache.get(reference);
      if (known != null) {
        return known;
      }
    }
    IndexKey.Lookup lookup = claim(reference);
    try (var statement =
        connection.prepareStatement("select home from claim where key = ? and mac = ?")) {
      statement.setLong(1, lookup.key());
      statement.setBytes(2, lookup.mac());
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        int home = rows.getInt(1);
        remember(reference, home);
        return home;
      }
    }
  }

  /** Only for claims that are committed. */
  void remember(String reference, int home) {
    synchronized (cache) {
      cache.put(reference, home);
    }
  }

  IndexKey.Lookup claim(String reference) {
    return key.lookup("id|" + reference);
  }

  /** Reference of the patient (or schedule) that decides the home; null for none. */
  static @Nullable String hint(String type, ObjectNode resource) {
    if (type.equals("Slot")) {
      return text(resource.path("schedule").path("reference"));
    }
    for (String element : PATIENT_ELEMENTS) {
      String reference = text(resource.path(element).path("reference"));
      if (reference != null
          && (reference.startsWith("Patient/")
              || reference.startsWith("urn:")
              || reference.indexOf(':') > 0)) {
        return reference;
      }
    }
    return null;
  }

  private static @Nullable String text(JsonNode node) {
    return node.isString() ? node.stringValue() : null;
  }

  /** Home of a new Patient: by a valid national number, else by the source's own id. */
  int ofPatient(@Nullable String clientId, ObjectNode patient) {
    String first = null;
    for (JsonNode identifier : patient.path("identifier")) {
      String value = identifier.path("value").asString("");
      if (IdNumbers.isValid(value)) {
        return key.home(value.toUpperCase(java.util.Locale.ROOT));
      }
      if (first == null && !value.isEmpty()) {
        first = identifier.path("system").asString("") + "|" + value;
      }
    }
    if (first != null) {
      return key.home(first);
    }
    return clientId == null ? any() : key.home("Patient/" + clientId);
  }

  /** Home for a reference to something that is not there yet, the same each time. */
  int ofUnknown(String reference) {
    return key.home(reference);
  }

  int any() {
    return ThreadLocalRandom.current().nextInt(Ids.HOMES);
  }
}
