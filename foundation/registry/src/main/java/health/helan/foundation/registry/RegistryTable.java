package health.helan.foundation.registry;

import health.helan.foundation.store.WriteFollower.Followed;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The rows that follow from resources, and what is asked of them on a connection of an act. */
final class RegistryTable {
  /** Types whose resources leave rows here. */
  static final Set<String> TYPES =
      Set.of("Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Location");

  private static final String AREA_CODE = "https://helan.health/fhir/StructureDefinition/area-code";

  /** A department of a department of a hospital, and some to spare. */
  private static final int DEEPEST = 6;

  private RegistryTable() {}

  // ------------------------------------------------------------------ following

  static void follow(Connection transaction, Followed written) throws SQLException {
    ObjectNode after = written.after();
    String id = written.id();
    String holder = written.type() + "/" + id;
    switch (written.type()) {
      case "Practitioner" -> {
        licences(transaction, holder, written.before(), after);
        practitioner(transaction, id, after);
      }
      case "Organization" -> {
        licences(transaction, holder, written.before(), after);
        organization(transaction, id, after);
      }
      case "HealthcareService" -> {
        licences(transaction, holder, written.before(), after);
        service(transaction, id, after);
      }
      case "PractitionerRole" -> post(transaction, id, after);
      case "Location" -> place(transaction, id, after);
      default -> throw new IllegalStateException(written.type());
    }
  }

  private static void licences(
      Connection transaction, String holder, @Nullable JsonNode before, @Nullable JsonNode after)
      throws SQLException {
    List<Licence> now = after == null ? List.of() : Licence.of(after);
    if (now.isEmpty() && (before == null || Licence.of(before).isEmpty())) {
      return;
    }
    Sql.update(transaction, "delete from registry_licence where holder = ?", holder);
    for (int part = 0; part < now.size(); part++) {
      Licence licence = now.get(part);
      Sql.update(
          transaction,
          """
          insert into registry_licence (holder, part, kind, number, state, since, ends, check_due, institution, valid)
          values (?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz, ?::date, ?, ?::tstzmultirange)""",
          holder,
          part,
          licence.kind(),
          licence.number(),
          licence.state().word(),
          licence.since(),
          licence.ends(),
          dayOrNull(licence.checkDue()),
          licence.filedAt(),
          licence.valid().multirange());
    }
  }

  private static @Nullable String dayOrNull(String text) {
    return text.matches("\\d{4}-\\d\\d-\\d\\d") ? text : null;
  }

  private static void practitioner(Connection transaction, String id, @Nullable JsonNode after)
      throws SQLException {
    if (after == null) {
      Sql.update(transaction, "delete from registry_practitioner where id = ?", id);
      return;
    }
    List<String> names = names(after);
    String search = Pieces.search(names);
    Sql.update(
        transaction,
        """
        insert into registry_practitioner (id, active, name, search, pieces) values (?, ?, ?, ?, ?::text[])
        on conflict (id) do update set active = excluded.active, name = excluded.name,
          search = excluded.search, pieces = excluded.pieces""",
        id,
        after.path("active").asBoolean(true),
        names.isEmpty() ? "" : names.getFirst(),
        search,
        Pieces.of(search));
  }

  /** As said, or put together: family name first, as Chinese names are. */
  static List<String> names(JsonNode person) {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode name : person.path("name")) {
      String text = name.path("text").asString("");
      if (text.isEmpty()) {
        var whole = new StringBuilder(name.path("family").asString(""));
        name.path("given").forEach(given -> whole.append(given.asString("")));
        text = whole.toString();
      }
      if (!text.isBlank()) {
        names.add(text.strip());
      }
    }
    return List.copyOf(names);
  }

  private static void post(Connection transaction, String id, @Nullable JsonNode after)
      throws SQLException {
    String practitioner = after == null ? "" : id(after.path("practitioner"), "Practitioner");
    if (after == null || practitioner.isEmpty()) {
      Sql.update(transaction, "delete from registry_post where id = ?", id);
      return;
    }
    Site site = Site.of(after);
    JsonNode code = after.path("code").path(0);
    Sql.update(
        transaction,
        """
        insert into registry_post (id, practitioner, organization, active, state, since, site, online, rights, valid,
          title, specialties)
        values (?, ?, ?, ?, ?, ?::timestamptz, ?, ?, ?::text[], ?::tstzmultirange, ?, ?::text[])
        on conflict (id) do update set practitioner = excluded.practitioner, organization = excluded.organization,
          active = excluded.active, state = excluded.state, since = excluded.since, site = excluded.site,
          online = excluded.online, rights = excluded.rights, valid = excluded.valid, title = excluded.title,
          specialties = excluded.specialties""",
        id,
        practitioner,
        id(after.path("organization"), "Organization"),
        after.path("active").asBoolean(true),
        site.state().word(),
        site.since(),
        site.kind(),
        site.isOnline(),
        site.rights(),
        site.valid().multirange(),
        code.path("text").asString(code.path("coding").path(0).path("display").asString("")),
        specialties(after.path("specialty")));
  }

  private static List<String> specialties(JsonNode concepts) {
    Set<String> codes = new LinkedHashSet<>();
    for (JsonNode concept : concepts) {
      for (JsonNode coding : concept.path("coding")) {
        if (Registry.SPECIALTY.equals(coding.path("system").asString(""))) {
          String code = coding.path("code").asString("");
          codes.add(code);
          // Who asks for a department finds what lies below it: 03 finds 03.04.
          for (int dot = code.lastIndexOf('.'); dot > 0; dot = code.lastIndexOf('.', dot - 1)) {
            codes.add(code.substring(0, dot));
          }
        }
      }
    }
    return List.copyOf(codes);
  }

  private static void organization(Connection transaction, String id, @Nullable JsonNode after)
      throws SQLException {
    if (after == null) {
      Sql.update(transaction, "delete from registry_organization where id = ?", id);
      below(transaction, id, id, new HashSet<>());
      return;
    }
    var names = new ArrayList<String>();
    names.add(after.path("name").asString(""));
    after.path("alias").forEach(alias -> names.add(alias.asString("")));
    String search = Pieces.search(names);
    boolean isDepartment = hasType(after, "dept");
    String partOf = id(after.path("partOf"), "Organization");
    Level level = level(after);
    JsonNode address = after.path("address").path(0);
    String institution = isDepartment ? above(transaction, partOf, id) : id;
    Sql.update(
        transaction,
        """
        insert into registry_organization (id, institution, part_of, department, active, provider, name, search, pieces,
          level, level_rank, district, address)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?::text[], ?, ?, ?, ?)
        on conflict (id) do update set institution = excluded.institution, part_of = excluded.part_of,
          department = excluded.department, active = excluded.active, provider = excluded.provider,
          name = excluded.name, search = excluded.search, pieces = excluded.pieces, level = excluded.level,
          level_rank = excluded.level_rank, district = excluded.district, address = excluded.address""",
        id,
        institution,
        partOf,
        isDepartment,
        after.path("active").asBoolean(true),
        after.path("type").isEmpty()
            || isDepartment
            || hasType(after, "prov")
            || level != null
            || !Licence.of(after).isEmpty(),
        after.path("name").asString(""),
        search,
        Pieces.of(search),
        level == null ? "" : level.code(),
        level == null ? Level.values().length : level.ordinal(),
        district(address),
        address(address));
    below(transaction, id, institution, new HashSet<>());
  }

  static @Nullable Level level(JsonNode organization) {
    ObjectNode extension = Parts.find(organization, Level.EXTENSION);
    return extension == null
        ? null
        : Level.of(extension.path("valueCoding").path("code").asString(""));
  }

  private static String district(JsonNode address) {
    ObjectNode area = Parts.find(address, AREA_CODE);
    return area == null
        ? address.path("district").asString("")
        : area.path("valueCode").asString(address.path("district").asString(""));
  }

  private static String address(JsonNode address) {
    String text = address.path("text").asString("");
    if (!text.isEmpty()) {
      return text;
    }
    var whole = new StringBuilder();
    for (String part : new String[] {"state", "city", "district"}) {
      whole.append(address.path(part).asString(""));
    }
    address.path("line").forEach(line -> whole.append(line.asString("")));
    return whole.toString();
  }

  private static boolean hasType(JsonNode organization, String code) {
    for (JsonNode type : organization.path("type")) {
      for (JsonNode coding : type.path("coding")) {
        if (coding.path("code").asString("").equals(code)) {
          return true;
        }
      }
    }
    return false;
  }

  /** The institution that something below an organization belongs to. */
  private static String above(Connection connection, String organization, String otherwise)
      throws SQLException {
    String at = organization;
    String last = otherwise;
    for (int i = 0; i < DEEPEST && !at.isEmpty(); i++) {
      try (var statement =
          connection.prepareStatement(
              "select department, part_of from registry_organization where id = ?")) {
        statement.setString(1, at);
        try (var rows = statement.executeQuery()) {
          if (!rows.next()) {
            return at; // It comes later, and then puts this right.
          }
          last = at;
          if (!rows.getBoolean(1)) {
            return at;
          }
          at = rows.getString(2);
        }
      }
    }
    return last;
  }

  /** Tells the departments below, which may have come earlier. */
  private static void below(
      Connection connection, String organization, String institution, Set<String> seen)
      throws SQLException {
    if (!seen.add(organization) || seen.size() > 10_000) {
      return;
    }
    var departments = new ArrayList<String>();
    try (var statement =
        connection.prepareStatement(
            """
            select id from registry_organization
            where part_of = ? and department and institution <> ?""")) {
      statement.setString(1, organization);
      statement.setString(2, institution);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          departments.add(rows.getString(1));
        }
      }
    }
    for (String department : departments) {
      Sql.update(
          connection,
          "update registry_organization set institution = ? where id = ?",
          institution,
          department);
      below(connection, department, institution, seen);
    }
  }

  private static void service(Connection transaction, String id, @Nullable JsonNode after)
      throws SQLException {
    if (after == null) {
      Sql.update(transaction, "delete from registry_service where id = ?", id);
      return;
    }
    String name = after.path("name").asString("");
    var names = new ArrayList<String>(List.of(name));
    after.path("specialty").forEach(one -> names.add(one.path("text").asString("")));
    String search = Pieces.search(names);
    Sql.update(
        transaction,
        """
        insert into registry_service (id, organization, active, online, name, search, pieces, specialties)
        values (?, ?, ?, ?, ?, ?, ?::text[], ?::text[])
        on conflict (id) do update set organization = excluded.organization, active = excluded.active,
          online = excluded.online, name = excluded.name, search = excluded.search, pieces = excluded.pieces,
          specialties = excluded.specialties""",
        id,
        id(after.path("providedBy"), "Organization"),
        after.path("active").asBoolean(true),
        !Licence.of(after).isEmpty(),
        name,
        search,
        Pieces.of(search),
        specialties(after.path("specialty")));
  }

  private static void place(Connection transaction, String id, @Nullable JsonNode after)
      throws SQLException {
    JsonNode position = after == null ? null : after.get("position");
    String organization =
        after == null ? "" : id(after.path("managingOrganization"), "Organization");
    if (position == null || organization.isEmpty()) {
      Sql.update(transaction, "delete from registry_place where id = ?", id);
      return;
    }
    Sql.update(
        transaction,
        """
        insert into registry_place (id, organization, latitude, longitude) values (?, ?, ?, ?)
        on conflict (id) do update set organization = excluded.organization, latitude = excluded.latitude,
          longitude = excluded.longitude""",
        id,
        organization,
        position.path("latitude").asDouble(),
        position.path("longitude").asDouble());
  }

  static String id(JsonNode reference, String type) {
    String text = reference.path("reference").asString("");
    if (!text.startsWith(type + "/")) {
      return "";
    }
    String id = text.substring(type.length() + 1);
    int slash = id.indexOf('/');
    return slash < 0 ? id : id.substring(0, slash);
  }

  // ------------------------------------------------------------------ asking

  /**
   * A licence as a row.
   *
   * @param holds at the time asked for
   */
  record Held(String kind, LicenceState state, boolean holds, @Nullable Instant ends) {}

  static List<Held> licences(Connection connection, String holder, Instant at) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            select kind, state, valid @> ?::timestamptz, ends from registry_licence
            where holder = ? order by part""")) {
      statement.setObject(1, at.atOffset(ZoneOffset.UTC));
      statement.setString(2, holder);
      try (var rows = statement.executeQuery()) {
        var held = new ArrayList<Held>();
        while (rows.next()) {
          held.add(
              new Held(
                  rows.getString(1),
                  LicenceState.of(rows.getString(2)),
                  rows.getBoolean(3),
                  Sql.instantOrNull(rows, "ends")));
        }
        return held;
      }
    }
  }

  /**
   * When a licence of one of some kinds first held; null where none ever did, or one is without a
   * beginning.
   */
  static @Nullable Instant heldSince(Connection connection, String holder, List<String> kinds)
      throws SQLException {
    return Sql.list(
            connection,
            """
            select case when bool_or(lower_inf(valid)) then null else min(lower(valid)) end as first
            from registry_licence where holder = ? and kind = any (?)""",
            row -> Optional.ofNullable(Sql.instantOrNull(row, "first")),
            holder,
            kinds)
        .getFirst()
        .orElse(null);
  }

  /**
   * A post at an institution as a row.
   *
   * @param holds at the time asked for
   */
  record Post(String id, SiteState state, boolean active, boolean holds, List<String> rights) {}

  static List<Post> posts(
      Connection connection, String practitioner, String institution, Instant at)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            select p.id, p.state, p.active, p.valid @> ?::timestamptz, p.rights
            from registry_post p join registry_organization o on o.id = p.organization
            where p.practitioner = ? and o.institution = ? order by p.id""")) {
      statement.setObject(1, at.atOffset(ZoneOffset.UTC));
      statement.setString(2, practitioner);
      statement.setString(3, institution);
      try (var rows = statement.executeQuery()) {
        var posts = new ArrayList<Post>();
        while (rows.next()) {
          posts.add(
              new Post(
                  rows.getString(1),
                  SiteState.of(rows.getString(2)),
                  rows.getBoolean(3),
                  rows.getBoolean(4),
                  Sql.texts(rows, "rights")));
        }
        return posts;
      }
    }
  }

  /** Id of the practitioner of a post; null where the post is not known. */
  static @Nullable String practitionerOf(Connection connection, String post) throws SQLException {
    return one(connection, "select practitioner from registry_post where id = ?", post);
  }

  /** Id of the institution that an organization is, or is a department of; null if unknown. */
  static Registry.@Nullable Seat seat(Connection connection, String post) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select p.practitioner, p.organization, o.institution, p.active, p.specialties
            from registry_post p join registry_organization o on o.id = p.organization where p.id = ?""")) {
      statement.setString(1, post);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next()
            ? new Registry.Seat(
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getBoolean(4),
                Sql.texts(rows, "specialties"))
            : null;
      }
    }
  }

  static @Nullable String institutionOf(Connection connection, String organization)
      throws SQLException {
    return one(
        connection, "select institution from registry_organization where id = ?", organization);
  }

  private static @Nullable String one(Connection connection, String sql, String value)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, value);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  /** Whether an institution is where a practitioner's main place of practice is. */
  static boolean isMain(Connection connection, String practitioner, String institution)
      throws SQLException {
    return institution.equals(mainOf(connection, practitioner));
  }

  /** Id of the institution of a practitioner's main place; null for none. */
  static @Nullable String mainOf(Connection connection, String practitioner) throws SQLException {
    return one(
        connection,
        """
        select o.institution from registry_post p join registry_organization o on o.id = p.organization
        where p.practitioner = ? and p.state = 'approved' and p.site = 'main' order by p.id limit 1""",
        practitioner);
  }

  /** Another holder of a licence with this number; null for none. */
  static @Nullable String otherHolder(Connection connection, String number, String holder)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select holder from registry_licence where number = ? and holder <> ? limit 1")) {
      statement.setString(1, number);
      statement.setString(2, holder);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  /**
   * A licence whose period is over.
   *
   * @param holder {@code Type/id}
   */
  record Over(String holder, String number) {}

  static List<Over> over(Connection connection, Instant at, int most) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            select holder, number from registry_licence
            where state in ('active', 'suspended') and ends <= ? order by ends limit ?""")) {
      statement.setObject(1, OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
      statement.setInt(2, most);
      try (var rows = statement.executeQuery()) {
        var over = new ArrayList<Over>();
        while (rows.next()) {
          over.add(new Over(rows.getString(1), rows.getString(2)));
        }
        return over;
      }
    }
  }
}
