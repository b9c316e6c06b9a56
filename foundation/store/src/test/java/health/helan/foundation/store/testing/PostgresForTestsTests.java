package health.helan.foundation.store.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class PostgresForTestsTests {
  @Test
  void givesEachCallerADatabaseOfItsOwn() throws SQLException {
    DataSource one = PostgresForTests.storeDatabase();
    DataSource other = PostgresForTests.storeDatabase();
    try (var connection = one.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("insert into store_fact (name, value) values ('a', 'b')");
    }
    try (var connection = other.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from store_fact")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isZero();
    }
  }
}
