package health.helan.oversight.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StatementsForTests;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The statements and tables of the ledger keep the rules of docs/adr/0002. */
class StatementsTests {
  @Test
  void useNothingThatDoesNotScaleOut() {
    assertThat(StatementsForTests.kept(Ledger.class)).hasSizeGreaterThan(10);
  }

  /** The only rows that change are balances; nothing is deleted. */
  @Test
  void onlyAddToWhatWasBooked() {
    assertThat(StatementsForTests.kept(Ledger.class))
        .noneMatch(text -> text.matches("(?is).*\\bupdate\\s+ledger_(posting|transfer)\\b.*"))
        .noneMatch(text -> text.matches("(?is).*\\b(delete|truncate)\\b.*"))
        .anyMatch(text -> text.contains("update ledger_balance"));
  }

  /**
   * Nor would the database let whoever connects as the platform: the owner has taken it from
   * itself.
   */
  @Test
  void mayOnlyAddToWhatWasBooked() throws SQLException {
    try (var connection = PostgresForTests.storeDatabase().getConnection();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "select relname, array(select privilege_type from aclexplode(relacl) where grantee = relowner"
                        + " and privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') order by 1)::text"
                        + " from pg_class where relacl is not null and relkind = 'r'"
                        + " and relnamespace = current_schema()::regnamespace order by 1")) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1) + " " + rows.getString(2));
      }
      assertThat(found)
          .containsExactly(
              "audit {DELETE,INSERT}",
              "audit_certificate {INSERT}",
              "audit_seal {INSERT}",
              "clearing_case_step {INSERT}",
              "clearing_close {INSERT}",
              "clearing_layout {INSERT}",
              "clearing_month_step {INSERT}",
              "clearing_terms {INSERT}",
              "ledger_posting {INSERT}",
              "ledger_transfer {INSERT}");
    }
  }

  @Test
  void haveAPlaceForEachTable() {
    assertThat(StatementsForTests.placed(Ledger.class, "V140__ledger")).hasSize(3);
  }
}
