package health.helan.foundation.registry;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Finding doctors, services and hospitals (找医生、找服务、找医院). Only what may serve now: active, with a
 * licence that holds where the registry knows one. Names are found by pieces of them and by the
 * first letters of their pinyin.
 *
 * <p>Indexes at ten million: names by {@code registry_…_pieces} (GIN); departments by {@code
 * registry_…_specialties} (GIN) or from the institutions of a district ({@code
 * registry_organization_district}, then {@code registry_organization_institution} and {@code
 * registry_post_organization}); around a place by {@code registry_place_position}.
 */
public final class Finder {
  private static final int MOST_WORDS = 6;
  private static final double KM_A_DEGREE = 111.19;

  private final Sql sql;

  Finder(DataSource database) {
    sql = new Sql(database);
  }

  /** What is looked for. */
  public enum What {
    DOCTOR,
    SERVICE,
    HOSPITAL;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Null for a word that none has. */
    public static @Nullable What of(String word) {
      for (What each : values()) {
        if (each.word().equals(word)) {
          return each;
        }
      }
      return null;
    }
  }

  /**
   * Around a place.
   *
   * @param km at most so far away
   */
  public record Near(double latitude, double longitude, double km) {}

  /**
   * What is asked; null and empty where it does not matter.
   *
   * @param text pieces of a name, or first letters
   * @param specialty code of the national list of departments; those below it count
   * @param district code of GB/T 2260, or a beginning of it
   * @param online true for what serves online
   * @param after where the list goes on, as the last hit said
   */
  public record Asked(
      What what,
      @Nullable String text,
      @Nullable String specialty,
      @Nullable String institution,
      List<String> levels,
      @Nullable String district,
      @Nullable Boolean online,
      @Nullable Near near,
      @Nullable String after) {}

  /**
   * What was found.
   *
   * @param id of the PractitionerRole, HealthcareService or Organization
   * @param practitioner id; empty but for doctors
   * @param department name; empty for hospitals
   * @param km distance; null where nothing was said of a place
   * @param cursor for {@link Asked#after}
   */
  public record Hit(
      String id,
      String practitioner,
      String name,
      String title,
      String department,
      List<String> specialties,
      boolean online,
      String institution,
      String institutionName,
      String level,
      String district,
      String address,
      @Nullable Double km,
      String cursor) {}

  public List<Hit> find(Asked asked, Instant now, int most) {
    var values = new ArrayList<@Nullable Object>();
    var text = new StringBuilder();
    Near near = asked.near();
    String distance =
        near == null
            ? "null::float8"
            : """
              (select min(sqrt(power((pl.latitude - (%1$s)) * %3$s, 2)
                + power((pl.longitude - (%2$s)) * %3$s * cos(radians(%1$s)), 2)))
               from registry_place pl where pl.organization = i.id)"""
                .formatted(near.latitude(), near.longitude(), KM_A_DEGREE);
    text.append("select h.*, round(h.k::numeric, 6)::text as rank from (");
    switch (asked.what()) {
      case DOCTOR -> {
        text.append(
            """
            select p.id, p.practitioner, r.name, p.title, d.name as department, p.specialties, p.online,
              i.id as institution, i.name as institution_name, i.level, i.district, i.address, i.level_rank,
            """
                + distance
                + "\n"
                + """
                 as km
                from registry_post p
                join registry_practitioner r on r.id = p.practitioner
                join registry_organization d on d.id = p.organization
                join registry_organization i on i.id = d.institution
                where p.active and r.active and i.active and p.state = 'approved' and p.valid @> ?::timestamptz
                  and exists (select 1 from registry_licence l where l.holder = 'Practitioner/' || p.practitioner
                    and l.kind in ('physician', 'assistant-physician', 'rural-doctor') and l.valid @> ?::timestamptz)""");
        values.add(now);
        values.add(now);
        words(asked, "r", text, values);
        specialty(asked, "p", text, values);
        if (asked.online() != null) {
          text.append(" and p.online = ?");
          values.add(asked.online());
        }
      }
      case SERVICE -> {
        text.append(
            """
            select s.id, '' as practitioner, s.name, '' as title, d.name as department, s.specialties,
              exists (select 1 from registry_licence l where l.holder = 'HealthcareService/' || s.id
                and l.valid @> ?::timestamptz) as online,
              i.id as institution, i.name as institution_name, i.level, i.district, i.address, i.level_rank,
            """
                + distance
                + "\n"
                + """
                 as km
                from registry_service s
                join registry_organization d on d.id = s.organization
                join registry_organization i on i.id = d.institution
                where s.active and i.active""");
        values.add(now);
        words(asked, "s", text, values);
        specialty(asked, "s", text, values);
        if (asked.online() != null) {
          text.append(asked.online() ? " and s.online and " : " and not ")
              .append(
                  """
                  exists (select 1 from registry_licence l where l.holder = 'HealthcareService/' || s.id
                    and l.valid @> ?::timestamptz)""");
          values.add(now);
        }
      }
      case HOSPITAL -> {
        text.append(
            """
            select i.id, '' as practitioner, i.name, '' as title, '' as department, array[]::text[] as specialties,
              exists (select 1 from registry_organization d join registry_service s on s.organization = d.id
                join registry_licence l on l.holder = 'HealthcareService/' || s.id
                where d.institution = i.id and s.active and s.online and l.valid @> ?::timestamptz) as online,
              i.id as institution, i.name as institution_name, i.level, i.district, i.address, i.level_rank,
            """
                + distance
                + " as km from registry_organization i where not i.department and i.provider and i.active");
        values.add(now);
        words(asked, "i", text, values);
        if (asked.specialty() != null) {
          text.append("\n")
              .append(
                  """
               and exists (select 1 from registry_organization d join registry_service s on s.organization = d.id
                where d.institution = i.id and s.active and s.specialties @> ?::text[])""");
          values.add(List.of(asked.specialty()));
        }
        if (Boolean.TRUE.equals(asked.online())) {
          text.append("\n")
              .append(
                  """
               and exists (select 1 from registry_organization d join registry_service s on s.organization = d.id
                join registry_licence l on l.holder = 'HealthcareService/' || s.id
                where d.institution = i.id and s.active and s.online and l.valid @> ?::timestamptz)""");
          values.add(now);
        }
      }
    }
    institution(asked, now, text, values);
    text.append(") f) h where true");
    if (near != null) {
      text.append(" and h.km <= ?");
      values.add(near.km());
    }
    if (asked.after() != null) {
      int bar = asked.after().indexOf('|');
      String rank = bar < 0 ? "" : asked.after().substring(0, bar);
      if (!rank.matches("\\d{1,9}(\\.\\d{1,6})?")) {
        throw new Refusal(Refusal.Kind.VALUE, "registry.parameter", "after");
      }
      text.append(" and (round(h.k::numeric, 6), h.id) > (?::numeric, ?)");
      values.add(rank);
      values.add(asked.after().substring(bar + 1));
    }
    text.append(" order by round(h.k::numeric, 6), h.id limit ?");
    values.add(most);
    // What comes first: the nearest, else the highest level.
    String whole =
        text.toString()
            .replaceFirst(
                "from \\(",
                near == null
                    ? "from (select f.*, f.level_rank::float8 as k from ("
                    : "from (select f.*, f.km as k from (");
    return sql.list(
        whole,
        row -> {
          double km = row.getDouble("km");
          boolean isFar = row.wasNull();
          return new Hit(
              row.getString("id"),
              row.getString("practitioner"),
              row.getString("name"),
              row.getString("title"),
              row.getString("department"),
              shown(Sql.texts(row, "specialties")),
              row.getBoolean("online"),
              row.getString("institution"),
              row.getString("institution_name"),
              row.getString("level"),
              row.getString("district"),
              row.getString("address"),
              isFar ? null : km,
              row.getString("rank") + "|" + row.getString("id"));
        },
        values.toArray());
  }

  private static void words(
      Asked asked, String alias, StringBuilder text, List<@Nullable Object> values) {
    String normal = asked.text() == null ? "" : Pieces.normal(asked.text());
    if (asked.text() != null && normal.isEmpty()) {
      throw new Refusal(Refusal.Kind.VALUE, "registry.parameter", "q");
    }
    int count = 0;
    for (String word : normal.isEmpty() ? new String[0] : normal.split(" ")) {
      if (++count > MOST_WORDS) {
        throw new Refusal(Refusal.Kind.VALUE, "registry.parameter", "q");
      }
      text.append(" and ").append(alias).append(".pieces @> ?::text[]");
      values.add(Pieces.asked(word));
      text.append(" and position(? in ").append(alias).append(".search) > 0");
      values.add(word);
    }
  }

  private static void specialty(
      Asked asked, String alias, StringBuilder text, List<@Nullable Object> values) {
    if (asked.specialty() != null) {
      text.append(" and ").append(alias).append(".specialties @> ?::text[]");
      values.add(List.of(asked.specialty()));
    }
  }

  private static void institution(
      Asked asked, Instant now, StringBuilder text, List<@Nullable Object> values) {
    if (asked.institution() != null) {
      text.append(" and i.id = ?");
      values.add(asked.institution());
    }
    if (!asked.levels().isEmpty()) {
      text.append(" and i.level = any(?::text[])");
      values.add(asked.levels());
    }
    if (asked.district() != null) {
      // A beginning of the code: the whole city by four digits.
      text.append(" and i.district like ?");
      values.add(asked.district() + "%");
    }
    // An institution whose licence does not hold serves nobody.
    text.append("\n")
        .append(
            """
         and not exists (select 1 from registry_licence l where l.holder = 'Organization/' || i.id
          and l.state in ('active', 'suspended', 'expired') and not l.valid @> ?::timestamptz
          and not exists (select 1 from registry_licence g where g.holder = l.holder and g.valid @> ?::timestamptz))""");
    values.add(now);
    values.add(now);
    Near near = asked.near();
    if (near != null) {
      double high = near.km() / KM_A_DEGREE;
      double wide = high / Math.max(0.01, Math.cos(Math.toRadians(near.latitude())));
      text.append("\n")
          .append(
              """
           and i.id in (select pl.organization from registry_place pl
            where pl.latitude between ? and ? and pl.longitude between ? and ?)""");
      values.add(near.latitude() - high);
      values.add(near.latitude() + high);
      values.add(near.longitude() - wide);
      values.add(near.longitude() + wide);
    }
  }

  /** Without those that only stand for what lies below them. */
  static List<String> shown(List<String> codes) {
    return codes.stream()
        .filter(code -> codes.stream().noneMatch(other -> other.startsWith(code + ".")))
        .toList();
  }

  /**
   * A service online for the public list.
   *
   * @param kind of its licence, with number and last day
   * @param doctors how many may serve there online
   */
  public record Online(
      String id,
      String name,
      String kind,
      String number,
      @Nullable Instant ends,
      List<String> specialties,
      String institution,
      String institutionName,
      String level,
      String district,
      String address,
      long doctors) {}

  /**
   * A page of the public list.
   *
   * @param next where the list goes on; null at its end
   */
  public record PublicPage(List<Online> services, @Nullable String next) {}

  /**
   * Online services that hold a licence now, of institutions that may work, by level and name.
   *
   * @param after {@code next} of the page before; null for the first
   * @throws IllegalArgumentException for an {@code after} that no page has said
   */
  public PublicPage publicList(Instant now, @Nullable String after, int most) {
    Place from = after == null ? null : Place.of(after);
    var places = new ArrayList<Place>();
    var values = new ArrayList<@Nullable Object>(List.of(now, now, now, now, now));
    String onwards = "";
    if (from != null) {
      onwards = " and (i.level_rank, i.name, s.name, s.id) > (?, ?, ?, ?)";
      values.addAll(List.of(from.rank, from.institution, from.name, from.id));
    }
    values.add(most + 1);
    List<Online> found =
        sql.list(
            PUBLIC_LIST + onwards + " order by i.level_rank, i.name, s.name, s.id limit ?",
            row -> {
              places.add(
                  new Place(
                      row.getInt("level_rank"),
                      row.getString("institution_name"),
                      row.getString("name"),
                      row.getString("id")));
              return new Online(
                  row.getString("id"),
                  row.getString("name"),
                  row.getString("kind"),
                  row.getString("number"),
                  Sql.instantOrNull(row, "ends"),
                  shown(Sql.texts(row, "specialties")),
                  row.getString("institution"),
                  row.getString("institution_name"),
                  row.getString("level"),
                  row.getString("district"),
                  row.getString("address"),
                  row.getLong("doctors"));
            },
            values.toArray());
    return found.size() <= most
        ? new PublicPage(found, null)
        : new PublicPage(found.subList(0, most), places.get(most - 1).text());
  }

  /** Where a page of the public list ended. */
  private record Place(int rank, String institution, String name, String id) {
    String text() {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              Json.MAPPER.writeValueAsBytes(
                  List.of(Integer.toString(rank), institution, name, id)));
    }

    static Place of(String text) {
      try {
        JsonNode parts = Json.MAPPER.readTree(Base64.getUrlDecoder().decode(text));
        if (!parts.isArray() || parts.size() != 4) {
          throw new IllegalArgumentException("not four parts");
        }
        return new Place(
            Integer.parseInt(parts.path(0).asString("")),
            parts.path(1).asString(""),
            parts.path(2).asString(""),
            parts.path(3).asString(""));
      } catch (JacksonException | NumberFormatException wrong) {
        throw new IllegalArgumentException("no place in the list", wrong);
      }
    }
  }

  private static final String PUBLIC_LIST =
      """
      select s.id, s.name, l.kind, l.number, l.ends, s.specialties, i.id as institution,
        i.name as institution_name, i.level, i.level_rank, i.district, i.address,
        (select count(distinct p.practitioner) from registry_post p
           join registry_organization pd on pd.id = p.organization
         where pd.institution = i.id and p.active and p.online and p.state = 'approved'
           and p.valid @> ?::timestamptz and p.specialties && s.specialties
           and exists (select 1 from registry_licence pl where pl.holder = 'Practitioner/' || p.practitioner
             and pl.valid @> ?::timestamptz)) as doctors
      from registry_service s
      join registry_licence l on l.holder = 'HealthcareService/' || s.id and l.valid @> ?::timestamptz
      join registry_organization d on d.id = s.organization
      join registry_organization i on i.id = d.institution
      where s.online and s.active and i.active
        and not exists (select 1 from registry_licence o where o.holder = 'Organization/' || i.id
          and o.state in ('active', 'suspended', 'expired') and not o.valid @> ?::timestamptz
          and not exists (select 1 from registry_licence g where g.holder = o.holder and g.valid @> ?::timestamptz))""";
}
