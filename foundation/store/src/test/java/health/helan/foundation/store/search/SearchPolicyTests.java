package health.helan.foundation.store.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.sql.LinkSql;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.testing.PostgresForTests;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a caller may not see changes no answer; and every statement keeps the rules of the store.
 */
class SearchPolicyTests {
  /** Rows of the owner {@code hidden} and resources of type Device are not for this caller. */
  private static final AccessPolicy LIMITED = limited();

  private static AccessPolicy limited() {
    return (AccessPolicy)
        Proxy.newProxyInstance(
            AccessPolicy.class.getClassLoader(),
            new Class<?>[] {AccessPolicy.class},
            (_, method, arguments) -> {
              if (method.getName().equals("within")) {
                return limited();
              }
              if (method.getName().equals("isUnlimited")) {
                return false;
              }
              if (method.getName().equals("may")) {
                return !"Device".equals(arguments[2]);
              }
              if (method.getName().startsWith("restrict")) {
                ((SqlText) arguments[0]).add(" and " + arguments[3] + ".owner <> ?", "hidden");
                return null;
              }
              try {
                return method.invoke(AccessPolicy.EVERYTHING, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private TestRows rows;

  @BeforeEach
  void region() throws SQLException {
    rows = new TestRows(PostgresForTests.storeDatabase(), LIMITED);
    for (String seen : new String[] {"seen", "hidden"}) {
      String meta = "'meta':{'source':'" + seen + "'}";
      rows.put(
          "{'resourceType':'Organization','id':'o-"
              + seen
              + "','name':'"
              + seen
              + "',"
              + meta
              + "}");
      rows.put(
          "{'resourceType':'Patient','id':'p-"
              + seen
              + "','gender':'male',"
              + meta
              + ",'managingOrganization':{'reference':'Organization/o-hidden'}}");
      for (String of : new String[] {"seen", "hidden"}) {
        rows.put(
            "{'resourceType':'Observation','id':'b-"
                + seen
                + "-"
                + of
                + "','status':'final','code':{'coding':[{'code':'"
                + seen
                + "'}]},"
                + meta
                + ",'subject':{'reference':'Patient/p-"
                + of
                + "'}}");
      }
    }
    rows.put("{'resourceType':'Device','id':'d','status':'active'}");
  }

  @Test
  void hiddenRowsAreInNoAnswer() {
    assertThat(rows.all("Patient?gender=male")).containsExactly("Patient/p-seen");
    assertThat(rows.all("Patient?_id=p-hidden")).isEmpty();
    assertThat(rows.search("Patient?_summary=count").total()).isEqualTo(1);
    assertThat(rows.all("Observation?patient.gender=male"))
        .containsExactly("Observation/b-seen-seen");
    assertThat(rows.all("Patient?organization.name=hidden")).isEmpty();
    assertThat(rows.all("Patient?_has:Observation:patient:code=hidden")).isEmpty();
    assertThat(rows.all("Patient?_has:Observation:patient:code=seen"))
        .containsExactly("Patient/p-seen");
    assertThat(rows.all("Patient/p-hidden/*")).containsExactly("Observation/b-seen-hidden");
    assertThat(rows.all("?_lastUpdated=ge2025"))
        .allSatisfy(key -> assertThat(key).contains("seen"));
    assertThat(rows.search("Observation?_include=Observation:patient").entries())
        .noneSatisfy(entry -> assertThat(entry.resource().id()).isEqualTo("p-hidden"));
    assertThat(rows.search("Patient?_revinclude=Observation:patient").entries())
        .noneSatisfy(entry -> assertThat(entry.resource().id()).startsWith("b-hidden"));
    assertThat(
            TestRows.keys(
                rows.engine.lastn(TestRows.CALLER, TestRows.parameters("patient=p-seen"), 9)))
        .containsExactly("Observation/b-seen-seen");
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> rows.search("Device?status=active"))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.FORBIDDEN));
  }

  @Test
  void everyStatementKeepsTheRules() {
    List<String> statements = new ArrayList<>();
    rows.engine.observe(sql -> statements.add(sql.text().toLowerCase(Locale.ROOT)));
    for (String query :
        new String[] {
          "Patient?gender=male&_total=accurate",
          "Patient?organization.name=x&_sort=-birthdate",
          "Patient?_has:Observation:patient:code=x",
          "Organization?_has:Patient:organization:gender=male",
          "Observation?patient.gender=male&_include=Observation:patient&_revinclude=Observation:has-member",
          "?_lastUpdated=ge2020",
          "Patient/p-seen/*",
          "Observation?_total=estimate&_list=l",
        }) {
      rows.search(query);
    }
    assertThat(statements).hasSizeGreaterThan(20);
    for (String statement : statements) {
      assertThat(statement)
          .doesNotContain(
              "advisory",
              "notify",
              "listen",
              "merge ",
              "for update",
              "recursive",
              "now()",
              "clock_timestamp")
          // Inner selects do not look outward: only such go from node to node.
          .doesNotContain("exists (select from res_", "lateral", " join ");
      // Says who may be one person with whom; followed only as far as the policy lets see them.
      if (!statement.equals(LinkSql.PERSONS)) {
        assertThat(statement).contains("owner <> ?");
      }
    }
  }
}
