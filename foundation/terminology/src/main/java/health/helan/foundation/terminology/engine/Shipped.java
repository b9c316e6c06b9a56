package health.helan.foundation.terminology.engine;

import health.helan.foundation.definitions.ShippedTerminology;
import health.helan.foundation.store.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the platform brings along: R4's own code systems and value sets, and the national tables.
 */
public final class Shipped {

  /** Read on first use: a start does not wait for what may never be asked. */
  private static final class All {
    static final All INSTANCE = new All();

    final ShippedTerminology r4 = ShippedTerminology.get();
    final NationalTables national = NationalTables.get();
    final Map<String, Header> headers = new LinkedHashMap<>();
    final Map<String, Header> byValueSet = new HashMap<>();

    private All() {
      for (ShippedTerminology.Entry entry : r4.entries().values()) {
        headers.put(
            entry.type() + " " + entry.url(),
            header(entry.type(), entry.url(), entry.version(), "", entry.length()));
      }
      for (NationalTables.Entry entry : national.entries()) {
        Header header =
            header(entry.type(), entry.url(), entry.version(), entry.valueSet(), entry.digest());
        headers.put(entry.type() + " " + entry.url(), header);
        if (!entry.valueSet().isEmpty()) {
          byValueSet.put(entry.valueSet(), header);
        }
      }
    }
  }

  /** The key changes with what is shipped, so that a newer platform compiles anew. */
  private static Header header(
      String type, String url, String version, String valueSet, long content) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(
                  (type + "|" + url + "|" + version + "|" + content)
                      .getBytes(StandardCharsets.UTF_8));
      return new Header(
          ByteBuffer.wrap(digest).getLong(),
          type,
          url,
          version,
          "active",
          true,
          "",
          0,
          Instant.EPOCH,
          -1,
          valueSet);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public List<Header> all() {
    return List.copyOf(All.INSTANCE.headers.values());
  }

  public @Nullable Header find(String type, String url) {
    return All.INSTANCE.headers.get(type + " " + url);
  }

  @Nullable Header systemOfValueSet(String url) {
    return All.INSTANCE.byValueSet.get(url);
  }

  /** A code system without its concepts; a value set whole. */
  ObjectNode json(Header header) {
    ObjectNode whole = whole(header);
    whole.remove("concept");
    return whole;
  }

  /** As it is shipped. */
  public ObjectNode whole(Header header) {
    NationalTables.Entry own = All.INSTANCE.national.find(header.type(), header.url());
    if (own != null) {
      return own.json();
    }
    return (ObjectNode)
        Json.MAPPER.readTree(
            All.INSTANCE.r4.json(
                Objects.requireNonNull(All.INSTANCE.r4.find(header.type(), header.url()))));
  }

  SystemTables concepts(Header header) {
    ObjectNode whole = whole(header);
    var tables = new SystemTables();
    tables.addNested(whole.path("concept"), isHierarchy(whole));
    return tables;
  }

  static boolean isHierarchy(JsonNode codeSystem) {
    String meaning = codeSystem.path("hierarchyMeaning").asString("is-a");
    return meaning.equals("is-a");
  }
}
