package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.store.Caller;
import health.helan.pharmacy.review.ReviewServer;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who works in a pharmacy by a post: one in force, which the pharmacy's institution has filed. */
class StaffTests {
  private static final ReviewServer SERVER = ReviewServer.get();

  private final Drugstore shop = Drugstore.withoutPharmacist();
  private final Staff staff = SERVER.circulations.staff();

  private Caller holder(Caller by, String code, String more) {
    String practitioner = "q" + UUID.randomUUID();
    SERVER.created(
        shop.system,
        "{'resourceType':'Practitioner','id':'%s','active':true,'name':[{'text':'周一'}]}"
            .formatted(practitioner));
    SERVER.created(
        by,
        """
        {'resourceType':'PractitionerRole','active':true,'practitioner':{'reference':'Practitioner/%s'},
          'organization':{'reference':'Organization/%s'},'code':[{'coding':[{'system':'%s','code':'%s'}]}]%s}"""
            .formatted(practitioner, shop.id, Shops.SYSTEM, code, more));
    return ApiForTests.practitioner(practitioner, shop.id);
  }

  private static String period(LocalDate start, LocalDate end) {
    return ",'period':{'start':'%s','end':'%s'}".formatted(start, end);
  }

  @Test
  void isWhoHasAPostThatIsInForce() {
    LocalDate today = LocalDate.now(Circulations.BEIJING);
    Caller now = holder(shop.system, "staff", period(today.minusDays(1), today.plusDays(1)));
    assertThat(staff.isStaff(now)).isTrue();
    assertThat(staff.counterOf(now)).isEqualTo(shop.id);
    for (String over :
        new String[] {
          period(today.minusDays(9), today.minusDays(2)),
          period(today.plusDays(2), today.plusDays(9))
        }) {
      Caller not = holder(shop.system, "staff", over);
      assertThat(staff.isStaff(not)).as(over).isFalse();
      assertThatThrownBy(() -> staff.counterOf(not)).hasMessageContaining("circulation.not-staff");
    }
  }

  @Test
  void isNobodyByThePostOfAnotherInstitution() {
    Caller other = ApiForTests.system("o-" + UUID.randomUUID());
    assertThat(staff.isStaff(holder(other, "staff", ""))).isFalse();
    assertThat(staff.isStaff(holder(ReviewServer.ROOT, "staff", ""))).as("loaded for it").isTrue();
    var unused = shop.carries();
    assertThat(staff.isCourier(holder(other, "courier", ""))).isFalse();
    assertThat(staff.isCourier(holder(shop.system, "courier", ""))).isTrue();
  }
}
