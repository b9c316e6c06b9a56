package health.helan.foundation.onboarding;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.gateway.cda.Cda;
import health.helan.foundation.gateway.hl7v2.Hl7v2;
import health.helan.foundation.gateway.mapping.Mappings;
import health.helan.foundation.gateway.table.Table;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an institution applies for; {@code docs/guide/onboarding.md} shows its JSON. No secret
 * stands in it: systems prove who they are with keys of which the platform knows the public half.
 *
 * @param institution id of the Organization in the registry; empty for one that is not there yet
 */
public record Application(
    String institution, Organization organization, List<Software> systems, List<Feed> feeds) {
  private static final int LARGEST = 100_000;
  private static final int MOST = 50;
  private static final Set<String> LEVELS =
      Set.of("tertiary", "secondary", "primary", "unrated", "other");

  public Application {
    systems = List.copyOf(systems);
    feeds = List.copyOf(feeds);
  }

  /**
   * Who applies.
   *
   * @param code unified social credit code, 18 characters
   * @param level 三级 tertiary, 二级 secondary, 一级 primary, 未定级 unrated; other: no hospital
   */
  public record Organization(
      String code, String name, String level, String contact, String phone) {}

  /**
   * A system that will call.
   *
   * @param jwksUri where its public keys lie; null when they stand in {@code jwks}
   */
  public record Software(
      String id,
      String name,
      String vendor,
      List<String> scopes,
      @Nullable String jwksUri,
      @Nullable String jwks) {
    public Software {
      scopes = List.copyOf(scopes);
    }
  }

  /** How a feed's messages come. */
  public enum Transport {
    MLLP,
    HTTP,
    FHIR,
    /** Clinical documents (CDA) over HTTP. */
    DOCUMENT,
    /** Tables (CSV, Excel) over HTTP. */
    TABLE;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A stream of data.
   *
   * @param system id of the {@link Software} that sends it
   * @param structures HL7 v2 messages, {@code ADT^A01}; of a table the one that its files are;
   *     empty for FHIR and documents
   * @param resources FHIR types; empty for HL7 v2
   * @param sender {@code APPLICATION|FACILITY} of MSH-3 and MSH-4; empty for all but MLLP
   */
  public record Feed(
      String name,
      String system,
      Transport transport,
      List<String> structures,
      List<String> resources,
      String sender) {
    public Feed {
      structures = List.copyOf(structures);
      resources = List.copyOf(resources);
    }

    /** Format of the gateway's feed. */
    String format() {
      return switch (transport) {
        case DOCUMENT -> Cda.NAME;
        case TABLE -> Table.NAME;
        case MLLP, HTTP, FHIR -> Hl7v2.NAME;
      };
    }

    /** What lines of the check list are asked for, of what is sent over it. */
    List<String> asked() {
      return transport == Transport.DOCUMENT ? List.of(Cda.NAME) : structures;
    }
  }

  /** A system of its id; null for none. */
  @Nullable Software system(String id) {
    return systems.stream().filter(each -> each.id().equals(id)).findFirst().orElse(null);
  }

  /**
   * From its JSON.
   *
   * @throws Refusal naming the field that is missing or wrong
   */
  static Application parse(String text) {
    if (text.length() > LARGEST) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "onboarding.too-long", LARGEST);
    }
    try {
      JsonNode json = Json.MAPPER.readTree(text);
      if (!json.isObject()) {
        throw new Refusal(Refusal.Kind.INVALID, "onboarding.no-json");
      }
      Application application = of(json);
      application.check();
      return application;
    } catch (JacksonException broken) {
      throw new Refusal(Refusal.Kind.INVALID, "onboarding.no-json");
    }
  }

  /** As it was kept: what was checked when it came is not refused by a later version. */
  static Application kept(String text) {
    return of(Json.MAPPER.readTree(text));
  }

  /** Whether the platform can keep the systems' keys and take what the feeds send. */
  private void check() {
    for (Software each : systems) {
      // Refused here rather than when an operator opens the sandbox.
      Clients.check(client("new." + each.id(), each, "new", true));
      if (each.jwksUri() != null && !each.jwksUri().startsWith("https://")) {
        // Plain HTTP on this machine is for operators' own trials; this is an applicant's word.
        throw new Refusal(Refusal.Kind.INVALID, "access.client-keys");
      }
      if (each.jwks() != null && Json.MAPPER.readTree(each.jwks()).path("keys").isEmpty()) {
        throw new Refusal(Refusal.Kind.INVALID, "access.client-keys");
      }
    }
    for (Feed each : feeds) {
      for (String structure : each.structures()) {
        boolean isShaped =
            each.transport() == Transport.TABLE
                ? structure.matches("[a-z][a-z0-9-]{0,29}")
                : structure.matches("[A-Z0-9]{3}\\^[A-Z0-9]{3}");
        if (!isShaped || Mappings.ofPlatform().of(each.format(), structure) == null) {
          throw new Refusal(
              Refusal.Kind.VALUE, "onboarding.structure", each.name(), shown(structure));
        }
      }
      for (String type : each.resources()) {
        if (!R4.get().resourceTypes().contains(type)) {
          throw new Refusal(Refusal.Kind.VALUE, "onboarding.resource", each.name(), shown(type));
        }
      }
    }
  }

  private static Application of(JsonNode json) {
    known(json, "", "institution", "organization", "systems", "feeds");
    String institution = json.path("institution").asString("");
    if (!institution.isEmpty() && !institution.matches("[A-Za-z0-9.-]{1,64}")) {
      throw wrong("institution");
    }
    var systems = new ArrayList<Software>();
    int number = 0;
    for (JsonNode each : array(json, "systems")) {
      systems.add(software(each, "systems[" + number++ + "]"));
    }
    var feeds = new ArrayList<Feed>();
    number = 0;
    for (JsonNode each : array(json, "feeds")) {
      feeds.add(feed(each, "feeds[" + number++ + "]"));
    }
    unique(systems.stream().map(Software::id).toList(), "systems");
    // Lines of the check list are named by either.
    unique(
        Stream.concat(systems.stream().map(Software::id), feeds.stream().map(Feed::name)).toList(),
        "feeds");
    for (int i = 0; i < feeds.size(); i++) {
      String system = feeds.get(i).system();
      if (systems.stream().noneMatch(each -> each.id().equals(system))) {
        throw wrong("feeds[" + i + "].system");
      }
    }
    return new Application(institution, organization(json.path("organization")), systems, feeds);
  }

  private static Organization organization(JsonNode json) {
    known(json, "organization.", "code", "name", "level", "contact", "phone");
    String code = required(json, "organization.", "code", 18).toUpperCase(Locale.ROOT);
    if (!CreditCode.isValid(code)) {
      throw new Refusal(Refusal.Kind.VALUE, "onboarding.credit-code");
    }
    String level = required(json, "organization.", "level", 20);
    if (!LEVELS.contains(level)) {
      throw wrong("organization.level");
    }
    return new Organization(
        code,
        required(json, "organization.", "name", 200),
        level,
        required(json, "organization.", "contact", 100),
        required(json, "organization.", "phone", 40));
  }

  private static Software software(JsonNode json, String at) {
    known(json, at + ".", "id", "name", "vendor", "scopes", "jwksUri", "jwks");
    String id = required(json, at + ".", "id", 20);
    if (!id.matches("[a-z0-9][a-z0-9-]{0,19}")) {
      throw wrong(at + ".id");
    }
    var scopes = texts(json.path("scopes"), at + ".scopes");
    return new Software(
        id,
        required(json, at + ".", "name", 100),
        required(json, at + ".", "vendor", 100),
        scopes.isEmpty() ? List.of("system/*.cruds") : scopes,
        json.path("jwksUri").isString() ? json.path("jwksUri").asString() : null,
        json.path("jwks").isObject() ? json.path("jwks").toString() : null);
  }

  /** The client that a system becomes. */
  static Client client(String id, Software software, String institution, boolean enabled) {
    return new Client(
        id,
        software.name(),
        Client.Kind.SYSTEM,
        List.of(),
        software.scopes(),
        software.jwksUri(),
        software.jwks(),
        institution,
        enabled,
        Instant.EPOCH);
  }

  private static Feed feed(JsonNode json, String at) {
    known(json, at + ".", "name", "system", "transport", "structures", "resources", "sender");
    String name = required(json, at + ".", "name", 30);
    if (!name.matches("[a-z0-9][a-z0-9-]{0,29}")) {
      throw wrong(at + ".name");
    }
    String word = required(json, at + ".", "transport", 10);
    Transport transport = null;
    for (Transport each : Transport.values()) {
      if (each.word().equals(word)) {
        transport = each;
      }
    }
    if (transport == null) {
      throw wrong(at + ".transport");
    }
    var structures = texts(json.path("structures"), at + ".structures");
    var resources = texts(json.path("resources"), at + ".resources");
    String sender = json.path("sender").asString("");
    boolean isFhir = transport == Transport.FHIR;
    if (isFhir ? resources.isEmpty() || !structures.isEmpty() : !resources.isEmpty()) {
      throw wrong(at + ".resources");
    }
    boolean fits =
        switch (transport) {
          case FHIR -> true;
          case DOCUMENT -> structures.isEmpty();
          case TABLE -> structures.size() == 1;
          case MLLP, HTTP -> !structures.isEmpty();
        };
    if (!fits) {
      throw wrong(at + ".structures");
    }
    // On the sandbox's one port, messages are told apart by who sends them.
    if ((transport == Transport.MLLP) == sender.isEmpty()
        || !sender.isEmpty() && !sender.matches("[^|*\\s]{1,100}\\|[^|*\\s]{1,100}")) {
      throw wrong(at + ".sender");
    }
    unique(structures, at + ".structures");
    unique(resources, at + ".resources");
    return new Feed(
        name, required(json, at + ".", "system", 20), transport, structures, resources, sender);
  }

  private static String shown(String text) {
    return text.matches("[A-Za-z0-9^_]{1,30}") ? text : "?";
  }

  private static void known(JsonNode json, String at, String... names) {
    for (String name : json.propertyNames()) {
      if (!List.of(names).contains(name)) {
        throw wrong(at + (name.matches("[A-Za-z]{1,30}") ? name : "?"));
      }
    }
  }

  private static JsonNode array(JsonNode json, String name) {
    JsonNode array = json.path(name);
    if (!array.isArray() || array.isEmpty() || array.size() > MOST) {
      throw wrong(name);
    }
    return array;
  }

  private static List<String> texts(JsonNode array, String at) {
    var texts = new ArrayList<String>();
    if (array.isMissingNode()) {
      return texts;
    }
    if (!array.isArray() || array.size() > MOST) {
      throw wrong(at);
    }
    for (JsonNode each : array) {
      if (!each.isString()) {
        throw wrong(at);
      }
      texts.add(each.asString());
    }
    return texts;
  }

  private static void unique(List<String> names, String at) {
    if (new HashSet<>(names).size() < names.size()) {
      throw wrong(at);
    }
  }

  private static String required(JsonNode json, String at, String name, int most) {
    String text = json.path(name).asString("").strip();
    if (text.isEmpty() || text.length() > most) {
      throw wrong(at + name);
    }
    return text;
  }

  private static Refusal wrong(String field) {
    return new Refusal(Refusal.Kind.VALUE, "onboarding.field", field);
  }

  /** The same of another institution. */
  Application at(String other) {
    return new Application(other, organization, systems, feeds);
  }

  /** Its JSON, as {@link #parse} reads it. */
  public ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    if (!institution.isEmpty()) {
      json.put("institution", institution);
    }
    json.putObject("organization")
        .put("code", organization.code())
        .put("name", organization.name())
        .put("level", organization.level())
        .put("contact", organization.contact())
        .put("phone", organization.phone());
    var list = json.putArray("systems");
    for (Software each : systems) {
      ObjectNode one = list.addObject();
      one.put("id", each.id()).put("name", each.name()).put("vendor", each.vendor());
      each.scopes().forEach(one.putArray("scopes")::add);
      if (each.jwksUri() != null) {
        one.put("jwksUri", each.jwksUri());
      }
      if (each.jwks() != null) {
        one.set("jwks", Json.MAPPER.readTree(each.jwks()));
      }
    }
    var feedList = json.putArray("feeds");
    for (Feed each : feeds) {
      ObjectNode one = feedList.addObject();
      one.put("name", each.name())
          .put("system", each.system())
          .put("transport", each.transport().word());
      if (!each.structures().isEmpty()) {
        each.structures().forEach(one.putArray("structures")::add);
      }
      if (!each.resources().isEmpty()) {
        each.resources().forEach(one.putArray("resources")::add);
      }
      if (!each.sender().isEmpty()) {
        one.put("sender", each.sender());
      }
    }
    return json;
  }
}
