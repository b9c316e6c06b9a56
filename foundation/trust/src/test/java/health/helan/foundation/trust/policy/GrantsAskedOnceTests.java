package health.helan.foundation.trust.policy;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.testing.PostgresForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is asked once says the same as what is asked for each row. */
class GrantsAskedOnceTests {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MICROS);
  private static final List<String> GRANTEES =
      List.of("Practitioner/d", "Organization/h", Grantee.EVERYBODY);

  @Test
  void bothWaysOpenTheSameRows() throws SQLException {
    var random = new Random(20261126);
    try (Connection connection = PostgresForTests.storeDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          """
          insert into res_observation (self, patient, updated, home, version, level, codec, key_id, method, stray, id,
            owner, tokens, vals, content)
          select n, p, now(), 0, 1, n, 0, 0, 1, false, p || '-' || n, '', '{}', '{}', ''
          from generate_series(0, 127) n, generate_series(1, 2) p where n & 7 between 1 and 5""");
      int opened = 0;
      int closed = 0;
      for (int round = 0; round < 300; round++) {
        statement.execute("delete from access_grant");
        int rows = random.nextInt(5);
        for (int part = 0; part < rows; part++) {
          statement.execute(
              """
              insert into access_grant (home, patient, since, until, made, weight, level, categories, state, part,
                grantee, cause, made_by)
              values (0, %d, timestamptz '%s' + interval '%d hours', timestamptz '%s' + interval '%d hours', now(),
                %d, %d, %d, %d, %d, '%s', 'x', 'x')"""
                  .formatted(
                      1 + random.nextInt(2),
                      NOW,
                      random.nextInt(6) - 5,
                      NOW,
                      random.nextInt(6),
                      random.nextInt(6),
                      1 + random.nextInt(5),
                      random.nextBoolean() ? 0 : random.nextInt(16),
                      random.nextInt(10) == 0 ? 2 : 1,
                      part,
                      random.nextInt(5) == 0
                          ? "Practitioner/another"
                          : GRANTEES.get(random.nextInt(3))));
        }
        SqlText each = new SqlText().add("select r.id from res_observation r where ");
        GrantSql.opens(each, "r", GRANTEES, NOW);
        List<String> expected = ids(connection, each);
        for (long[] patients : new long[][] {{1}, {1, 2}, {2, 3}}) {
          SqlText once = GrantSql.granted(new SqlText(), patients, GRANTEES, NOW);
          once.add("select r.id from res_observation r where ");
          GrantSql.opensOf(once, patients, "r", GRANTEES, NOW);
          assertThat(ids(connection, once)).isEqualTo(expected);
        }
        opened += expected.size();
        closed += 160 - expected.size();
      }
      assertThat(opened).as("not only closed").isGreaterThan(1_000);
      assertThat(closed).as("not only open").isGreaterThan(1_000);
    }
  }

  private static List<String> ids(Connection connection, SqlText condition) throws SQLException {
    List<String> ids = new ArrayList<>();
    SqlText sql = condition.add(" order by r.id");
    try (var statement = sql.prepare(connection);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }
}
