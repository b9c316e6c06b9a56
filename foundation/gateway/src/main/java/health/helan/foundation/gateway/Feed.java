package health.helan.foundation.gateway;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.nio.charset.Charset;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A stream of messages from one system of an institution, and how it is treated. Kept as a row,
 * changed by {@code $gateway-feed}; {@code docs/guide/gateway.md} says what each setting does.
 *
 * @param name lower case, {@code his-adt}
 * @param version raised with each change
 * @param institution id of the Organization that owns what comes
 * @param format {@link Format#name}
 * @param active false: nothing is taken
 * @param suspended true: what comes is kept and refused; nothing is carried out
 * @param language of the sentences in acknowledgements
 * @param zone of times without one
 * @param charset tried where a message declares none that fits; null for none
 * @param port of the MLLP listener; 0 for none. Feeds may share one
 * @param tls of the MLLP listener
 * @param networks addresses that may connect; empty for this machine alone
 * @param senders {@code APPLICATION|FACILITY} of MSH-3 and MSH-4, {@code *} for any: tells feeds of
 *     one port apart
 * @param parking true: later messages of a patient wait behind one that failed
 * @param strictControlIds true: a control id that comes again with another content is refused
 * @param table what the rows of its files are, as mappings name it in {@code for}; empty for none
 * @param documents feed that documents inside its messages are passed on to; empty for none
 * @param systems from an assigning authority's name to the system of its identifiers
 * @param queries true: questions about persons (QBP) are answered to whoever may send
 */
public record Feed(
    String name,
    int version,
    String institution,
    String format,
    boolean active,
    boolean suspended,
    Locale language,
    ZoneId zone,
    @Nullable Charset charset,
    int port,
    Tls tls,
    List<String> networks,
    List<String> senders,
    boolean parking,
    boolean strictControlIds,
    Map<String, String> systems,
    String table,
    String documents,
    boolean queries) {

  public Feed {
    networks = List.copyOf(networks);
    senders = List.copyOf(senders);
    systems = Map.copyOf(systems);
  }

  /** TLS of an MLLP listener. */
  public enum Tls {
    OFF,
    /** The platform shows its certificate. */
    SERVER,
    /** The sender shows one too, of an authority that the platform trusts. */
    MUTUAL;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Tls of(String word) {
      for (Tls each : values()) {
        if (each.word().equals(word)) {
          return each;
        }
      }
      throw wrong("tls");
    }
  }

  /**
   * Whether the caller may send on it and see what came: the root of the installation, and systems
   * of its institution with a token for all that their role allows.
   */
  public boolean isFor(Caller caller) {
    return caller.isRoot()
        || caller.role() == Caller.Role.SYSTEM
            && institution.equals(caller.institution())
            && caller.binding().isWholeSystem();
  }

  /** Whom the store, the policy and the audit see. */
  public Caller caller(String request) {
    return new Caller("feed/" + name, Caller.Role.SYSTEM, institution, Set.of("TREAT"), request);
  }

  /**
   * From its form in the table and in {@code $gateway-feed}.
   *
   * @throws Refusal for a setting that is missing or wrong
   */
  public static Feed of(String name, int version, JsonNode settings) {
    if (!name.matches("[a-z0-9][a-z0-9-]{0,62}")) {
      throw wrong("name");
    }
    for (String known : settings.propertyNames()) {
      if (!KNOWN.contains(known)) {
        throw wrong(known);
      }
    }
    String institution = settings.path("institution").asString("");
    if (!institution.matches("[A-Za-z0-9.-]{1,64}")) {
      throw wrong("institution");
    }
    if (!texts(settings, "networks").stream().allMatch(Networks::isOne)) {
      throw wrong("networks");
    }
    String charset = settings.path("charset").asString("");
    int port = settings.path("port").asInt(0);
    if (port < 0 || port > 65_535) {
      throw wrong("port");
    }
    try {
      return new Feed(
          name,
          version,
          institution,
          settings.path("format").asString("hl7v2"),
          settings.path("active").asBoolean(true),
          settings.path("suspended").asBoolean(false),
          settings.path("language").asString("zh").equals("en") ? Locale.ENGLISH : Locale.CHINESE,
          ZoneId.of(settings.path("zone").asString("Asia/Shanghai")),
          charset.isEmpty() ? null : Charset.forName(charset),
          port,
          Tls.of(settings.path("tls").asString("off")),
          texts(settings, "networks"),
          texts(settings, "senders"),
          word(settings, "afterFailure", "pass", "park"),
          word(settings, "controlIds", "content", "strict"),
          map(settings.path("systems")),
          name(settings, "table"),
          name(settings, "documents"),
          settings.path("queries").asBoolean(false));
    } catch (IllegalArgumentException e) {
      throw wrong("charset");
    } catch (DateTimeException e) {
      throw wrong("zone");
    }
  }

  private static final Set<String> KNOWN =
      Set.of(
          "institution",
          "format",
          "active",
          "suspended",
          "language",
          "zone",
          "charset",
          "port",
          "tls",
          "networks",
          "senders",
          "afterFailure",
          "controlIds",
          "systems",
          "table",
          "documents",
          "queries");

  private static Refusal wrong(String setting) {
    return new Refusal(Refusal.Kind.VALUE, "gateway.feed-setting", setting);
  }

  /** True for the second word; the default of {@code afterFailure} is the first, of others too. */
  private static boolean word(JsonNode settings, String name, String no, String yes) {
    String word = settings.path(name).asString(name.equals("controlIds") ? yes : no);
    if (!word.equals(no) && !word.equals(yes)) {
      throw wrong(name);
    }
    return word.equals(yes);
  }

  private static String name(JsonNode settings, String setting) {
    String text = settings.path(setting).asString("");
    if (!text.isEmpty() && !text.matches("[a-z0-9][a-z0-9-]{0,62}")) {
      throw wrong(setting);
    }
    return text;
  }

  private static List<String> texts(JsonNode settings, String name) {
    var texts = new ArrayList<String>();
    for (JsonNode text : settings.path(name)) {
      texts.add(text.asString());
    }
    return texts;
  }

  private static Map<String, String> map(JsonNode object) {
    var map = new LinkedHashMap<String, String>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      map.put(entry.getKey(), entry.getValue().asString());
    }
    return map;
  }

  /** Its settings, as {@link #of} reads them. */
  public ObjectNode settings() {
    ObjectNode settings = Json.MAPPER.createObjectNode();
    settings.put("institution", institution);
    settings.put("format", format);
    settings.put("active", active);
    if (suspended) {
      settings.put("suspended", true);
    }
    settings.put("language", language.getLanguage());
    settings.put("zone", zone.getId());
    if (charset != null) {
      settings.put("charset", charset.name());
    }
    settings.put("port", port);
    settings.put("tls", tls.word());
    list(settings.putArray("networks"), networks);
    list(settings.putArray("senders"), senders);
    settings.put("afterFailure", parking ? "park" : "pass");
    settings.put("controlIds", strictControlIds ? "strict" : "content");
    if (queries) {
      settings.put("queries", true);
    }
    if (!table.isEmpty()) {
      settings.put("table", table);
    }
    if (!documents.isEmpty()) {
      settings.put("documents", documents);
    }
    ObjectNode known = settings.putObject("systems");
    systems.forEach(known::put);
    return settings;
  }

  private static void list(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }

  /** True when it is meant for messages of this sender. */
  public boolean isFrom(String application, String facility) {
    if (senders.isEmpty()) {
      return true;
    }
    for (String sender : senders) {
      int bar = sender.indexOf('|');
      String app = bar < 0 ? sender : sender.substring(0, bar);
      String place = bar < 0 ? "*" : sender.substring(bar + 1);
      if ((app.equals("*") || app.equals(application))
          && (place.equals("*") || place.equals(facility))) {
        return true;
      }
    }
    return false;
  }
}
