package health.helan.oversight.clearing;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.time.Clock;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * With whom is reconciled and how, and how files are laid out: data, of which every revision is
 * kept.
 */
public final class Counterparts {
  private static final int LONGEST = 20_000;

  private final Sql sql;
  private final Clock clock;

  public Counterparts(DataSource database, Clock clock) {
    sql = new Sql(database);
    this.clock = clock;
  }

  /** A layout and which revision of it. */
  public record LaidOut(String code, int revision, String json, Layout layout) {}

  /** All that have terms, by their names. */
  public List<Terms> all() {
    return sql.list(
        """
        select distinct on (counterpart) counterpart, revision, content from clearing_terms
        order by counterpart, revision desc""",
        row ->
            Terms.parse(
                Counterpart.of(row.getString("counterpart")),
                row.getInt("revision"),
                row.getString("content")));
  }

  /** Null for none. */
  @Nullable Terms find(Counterpart counterpart) {
    return sql.one(
        "select revision, content from clearing_terms where counterpart = ? order by revision desc limit 1",
        row -> Terms.parse(counterpart, row.getInt("revision"), row.getString("content")),
        counterpart.name());
  }

  /**
   * @throws Refusal NOT_FOUND when it has none
   */
  public Terms terms(Counterpart counterpart) {
    Terms terms = find(counterpart);
    if (terms == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "clearing.no-terms");
    }
    return terms;
  }

  /** The latest of each. */
  public List<LaidOut> layouts() {
    return sql.list(
        "select distinct on (code) code, revision, content from clearing_layout order by code, revision desc",
        row -> laidOut(row.getString("code"), row.getInt("revision"), row.getString("content")));
  }

  /**
   * @throws Refusal NOT_FOUND for none
   */
  public LaidOut layout(String code) {
    LaidOut found =
        sql.one(
            "select revision, content from clearing_layout where code = ? order by revision desc limit 1",
            row -> laidOut(code, row.getInt("revision"), row.getString("content")),
            code);
    if (found == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "clearing.no-layout");
    }
    return found;
  }

  private static LaidOut laidOut(String code, int revision, String json) {
    return new LaidOut(code, revision, json, Layout.parse(json));
  }

  /**
   * Adds a revision; the same as the latest changes nothing.
   *
   * @throws Refusal VALUE naming what is wrong with it; CONFLICT when somebody else was first
   */
  public LaidOut setLayout(Caller caller, String code, String json) {
    if (!code.matches("[a-z0-9.-]{1,40}") || json.length() > LONGEST) {
      throw Layout.wrong("code");
    }
    Layout layout = Layout.parse(json);
    LaidOut latest =
        sql.one(
            "select revision, content from clearing_layout where code = ? order by revision desc limit 1",
            row -> laidOut(code, row.getInt("revision"), row.getString("content")),
            code);
    if (latest != null && latest.json().equals(json)) {
      return latest;
    }
    int revision = latest == null ? 1 : latest.revision() + 1;
    if (sql.update(
            "insert into clearing_layout (revision, at, code, set_by, content) values (?, ?, ?, ?, ?)"
                + " on conflict (code, revision) do nothing",
            revision,
            clock.instant(),
            code,
            caller.subject(),
            json)
        == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "clearing.busy");
    }
    return new LaidOut(code, revision, json, layout);
  }

  /**
   * Likewise.
   *
   * @throws Refusal NOT_FOUND for a layout that there is not
   */
  public Terms setTerms(Caller caller, Counterpart counterpart, String json) {
    if (json.length() > LONGEST) {
      throw new Refusal(Refusal.Kind.VALUE, "clearing.terms-wrong", "json");
    }
    Terms latest = find(counterpart);
    Terms next = Terms.parse(counterpart, latest == null ? 1 : latest.revision() + 1, json);
    var unused = layout(next.layout());
    if (!next.lists().isEmpty()) {
      var unused2 = layout(next.lists());
    }
    if (latest != null && latest.equals(Terms.parse(counterpart, latest.revision(), json))) {
      return latest;
    }
    if (sql.update(
            "insert into clearing_terms (revision, at, counterpart, set_by, content) values (?, ?, ?, ?, ?)"
                + " on conflict (counterpart, revision) do nothing",
            next.revision(),
            clock.instant(),
            counterpart.name(),
            caller.subject(),
            json)
        == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "clearing.busy");
    }
    return next;
  }
}
