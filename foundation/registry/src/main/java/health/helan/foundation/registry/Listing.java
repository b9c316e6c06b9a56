package health.helan.foundation.registry;

import health.helan.foundation.trust.account.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What the registry's pages show: institutions, filings, licences that are due. */
public final class Listing {
  /** So many days ahead something is due or ends soon. */
  static final int SOON = 30;

  private final Sql sql;

  Listing(DataSource database) {
    sql = new Sql(database);
  }

  /**
   * An institution or a department.
   *
   * @param licence state of its licence to work; empty for none filed
   * @param below institutions and departments right below it
   * @param posts active posts in it and its departments
   */
  public record Unit(
      String id,
      String name,
      boolean department,
      boolean active,
      String level,
      String district,
      String address,
      String partOf,
      String licence,
      long below,
      long posts) {}

  /** What lies right below one; of none, those at the top. By level, then name. */
  public List<Unit> below(String parent, int most) {
    return units("o.part_of = ?", parent, most);
  }

  public @Nullable Unit unit(String id) {
    List<Unit> found = units("o.id = ?", id, 1);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** Names of organizations by id; of those that are there. */
  public Map<String, String> names(Collection<String> organizations) {
    var names = new HashMap<String, String>();
    sql.list(
            "select id, name from registry_organization where id = any(?::text[])",
            row -> Map.entry(row.getString(1), row.getString(2)),
            List.copyOf(organizations))
        .forEach(one -> names.put(one.getKey(), one.getValue()));
    return names;
  }

  /**
   * An institution on the map.
   *
   * @param level code; empty for none
   * @param district code of GB/T 2260, or the name as it stands; empty for none
   * @param latitude of its first Location by id that has a position (WGS 84, degrees); null for
   *     none
   */
  public record Spot(
      String id,
      String name,
      String level,
      String district,
      @Nullable Double latitude,
      @Nullable Double longitude) {}

  /**
   * Active institutions that see residents, by level, then name.
   *
   * @param others that are shown too
   */
  public List<Spot> spots(Collection<String> others, int most) {
    return sql.list(
        """
        select o.id, o.name, o.level, o.district, p.latitude, p.longitude
        from registry_organization o left join lateral (
          select l.latitude, l.longitude from registry_place l where l.organization = o.id order by l.id limit 1) p on true
        where not o.department and o.active and (o.provider or o.id = any(?::text[])) order by o.level_rank, o.name, o.id limit ?""",
        row ->
            new Spot(
                row.getString("id"),
                row.getString("name"),
                row.getString("level"),
                row.getString("district"),
                row.getObject("latitude", Double.class),
                row.getObject("longitude", Double.class)),
        List.copyOf(others),
        most);
  }

  private List<Unit> units(String condition, String value, int most) {
    return sql.list(
        """
        select o.id, o.name, o.department, o.active, o.level, o.district, o.address, o.part_of,
          coalesce((select l.state from registry_licence l
            where l.holder = 'Organization/' || o.id order by l.part limit 1), '') as licence,
          (select count(*) from registry_organization b where b.part_of = o.id) as below,
          case when o.department
            then (select count(*) from registry_post p where p.organization = o.id and p.active)
            else (select count(*) from registry_post p
              join registry_organization d on d.id = p.organization
              where d.institution = o.id and p.active) end as posts
        from registry_organization o where """
            + " "
            + condition
            + " order by o.department, o.level_rank, o.name, o.id limit ?",
        row ->
            new Unit(
                row.getString("id"),
                row.getString("name"),
                row.getBoolean("department"),
                row.getBoolean("active"),
                row.getString("level"),
                row.getString("district"),
                row.getString("address"),
                row.getString("part_of"),
                row.getString("licence"),
                row.getLong("below"),
                row.getLong("posts")),
        value,
        most);
  }

  /**
   * A licence in a list.
   *
   * @param holder {@code Type/id}
   * @param institution id of the institution that filed it; empty for none
   */
  public record Line(
      String holder,
      int part,
      String name,
      String kind,
      String number,
      LicenceState state,
      @Nullable Instant since,
      @Nullable Instant ends,
      @Nullable String checkDue,
      String institution,
      String institutionName) {}

  /**
   * What is asked for.
   *
   * @param institution null for all
   * @param holder null for all
   * @param due only those whose check is due within {@link #SOON} days
   * @param ending only those that end within as many
   * @param after where the list goes on: holder and part of the last line; null for its beginning
   */
  public record Wanted(
      @Nullable LicenceState state,
      @Nullable String institution,
      @Nullable String holder,
      boolean due,
      boolean ending,
      @Nullable String after) {}

  private static final String LICENCES =
      """
      select l.holder, l.part, l.kind, l.number, l.state, l.since, l.ends, l.check_due::text as due, l.institution,
        coalesce(p.name, o.name, nullif(s.name, ''), so.name, '') as name, coalesce(i.name, '') as institution_name
      from registry_licence l
      left join registry_practitioner p on l.holder like 'Practitioner/%' and p.id = substr(l.holder, 14)
      left join registry_organization o on l.holder like 'Organization/%' and o.id = substr(l.holder, 14)
      left join registry_service s on l.holder like 'HealthcareService/%' and s.id = substr(l.holder, 19)
      left join registry_organization so on so.id = s.organization
      left join registry_organization i on i.id = l.institution
      where true""";

  public List<Line> licences(Wanted wanted, Instant now, int most) {
    var text = new StringBuilder(LICENCES);
    var values = new ArrayList<@Nullable Object>();
    if (wanted.state() != null) {
      text.append(" and l.state = ?");
      values.add(wanted.state().word());
    }
    if (wanted.institution() != null) {
      text.append(" and l.institution = ?");
      values.add(wanted.institution());
    }
    if (wanted.holder() != null) {
      text.append(" and l.holder = ?");
      values.add(wanted.holder());
    }
    LocalDate soon = Licence.day(now).plusDays(SOON);
    if (wanted.due()) {
      text.append(" and l.state = 'active' and l.check_due <= ?::date");
      values.add(soon.toString());
    }
    if (wanted.ending()) {
      text.append(" and l.state in ('active', 'suspended') and l.ends <= ?::timestamptz");
      values.add(now.plus(SOON, ChronoUnit.DAYS));
    }
    if (wanted.after() != null) {
      int bar = wanted.after().lastIndexOf('|');
      text.append(" and (l.holder, l.part) > (?, ?)");
      values.add(bar < 0 ? wanted.after() : wanted.after().substring(0, bar));
      values.add(
          bar < 0 || !wanted.after().substring(bar + 1).matches("\\d{1,4}")
              ? -1
              : Integer.parseInt(wanted.after().substring(bar + 1)));
    }
    text.append(" order by l.holder, l.part limit ?");
    values.add(most);
    return sql.list(text.toString(), Listing::line, values.toArray());
  }

  private static Line line(ResultSet row) throws SQLException {
    return new Line(
        row.getString("holder"),
        row.getInt("part"),
        row.getString("name"),
        row.getString("kind"),
        row.getString("number"),
        LicenceState.of(row.getString("state")),
        Sql.instantOrNull(row, "since"),
        Sql.instantOrNull(row, "ends"),
        row.getString("due"),
        row.getString("institution"),
        row.getString("institution_name"));
  }

  /**
   * A post in a list.
   *
   * @param licence state of the practitioner's licence that is nearest to holding; empty for none
   */
  public record Seat(
      String id,
      String practitioner,
      String name,
      String title,
      SiteState state,
      @Nullable Instant since,
      String site,
      boolean online,
      List<String> rights,
      List<String> specialties,
      boolean active,
      String department,
      String institution,
      String institutionName,
      String licence) {}

  /**
   * Posts, in the order of their ids.
   *
   * @param state null for all
   * @param institution null for all
   * @param practitioner null for all
   */
  public List<Seat> posts(
      @Nullable SiteState state,
      @Nullable String institution,
      @Nullable String practitioner,
      @Nullable String after,
      int most) {
    var text =
        new StringBuilder(
            """
            select p.id, p.practitioner, coalesce(r.name, '') as name, p.title, p.state, p.since, p.site, p.online,
              p.rights, p.specialties, p.active, coalesce(d.name, '') as department,
              coalesce(d.institution, '') as institution, coalesce(i.name, '') as institution_name,
              coalesce((select l.state from registry_licence l where l.holder = 'Practitioner/' || p.practitioner
                order by array_position(array['active', 'suspended', 'verified', 'filed', 'returned', 'expired'],
                  l.state::text) limit 1), '') as licence
            from registry_post p
            left join registry_practitioner r on r.id = p.practitioner
            left join registry_organization d on d.id = p.organization
            left join registry_organization i on i.id = d.institution
            where true""");
    var values = new ArrayList<@Nullable Object>();
    if (state != null) {
      text.append(" and p.state = ?");
      values.add(state.word());
    }
    if (institution != null) {
      text.append(" and d.institution = ?");
      values.add(institution);
    }
    if (practitioner != null) {
      text.append(" and p.practitioner = ?");
      values.add(practitioner);
    }
    if (after != null) {
      text.append(" and p.id > ?");
      values.add(after);
    }
    text.append(" order by p.id limit ?");
    values.add(most);
    return sql.list(
        text.toString(),
        row ->
            new Seat(
                row.getString("id"),
                row.getString("practitioner"),
                row.getString("name"),
                row.getString("title"),
                SiteState.of(row.getString("state")),
                Sql.instantOrNull(row, "since"),
                row.getString("site"),
                row.getBoolean("online"),
                Sql.texts(row, "rights"),
                Sql.texts(row, "specialties"),
                row.getBoolean("active"),
                row.getString("department"),
                row.getString("institution"),
                row.getString("institution_name"),
                row.getString("licence")),
        values.toArray());
  }

  /**
   * Figures of the first look: {@code licence.STATE}, {@code place.STATE}, {@code due}, {@code
   * ending}, {@code institutions}.
   *
   * @param institution null for all
   */
  public TreeMap<String, Long> figures(@Nullable String institution, Instant now) {
    var figures = new TreeMap<String, Long>();
    for (LicenceState state : LicenceState.values()) {
      if (state != LicenceState.UNFILED) {
        figures.put("licence." + state.word(), 0L);
      }
    }
    for (SiteState state : SiteState.values()) {
      figures.put("place." + state.word(), 0L);
    }
    String own = institution == null ? "" : institution;
    record Counted(String name, long count) {}
    var counted = new ArrayList<Counted>();
    counted.addAll(
        sql.list(
            """
            select state, count(*) from registry_licence where ? in ('', institution) group by state""",
            row -> new Counted("licence." + row.getString(1), row.getLong(2)),
            own));
    counted.addAll(
        sql.list(
            """
            select p.state, count(*) from registry_post p
            left join registry_organization d on d.id = p.organization
            where p.active and ? in ('', d.institution) group by p.state""",
            row -> new Counted("place." + row.getString(1), row.getLong(2)),
            own));
    counted.addAll(
        sql.list(
            """
            select 'due', count(*) from registry_licence
            where state = 'active' and check_due <= ?::date and ? in ('', institution)
            union all
            select 'ending', count(*) from registry_licence
            where state in ('active', 'suspended') and ends <= ?::timestamptz and ? in ('', institution)
            union all
            select 'institutions', count(*) from registry_organization where not department and provider and active""",
            row -> new Counted(row.getString(1), row.getLong(2)),
            Licence.day(now).plusDays(SOON).toString(),
            own,
            now.plus(SOON, ChronoUnit.DAYS),
            own));
    counted.forEach(one -> figures.put(one.name, one.count));
    return figures;
  }
}
