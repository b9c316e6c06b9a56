package health.helan.app.settlement;

import health.helan.app.access.DemoStaff;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Posts;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.oversight.books.FinanceStaff;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Who deals with money at the first demo doctor's hospital: {@code cashier1} settles bills, {@code
 * finance1} looks at the hospital's books as well.
 */
@Component
public final class DemoCashiers {
  private record Made(String login, String name, String post, String title) {}

  private static final List<Made> ALL =
      List.of(
          new Made("cashier1", "演示收费员", FinanceStaff.CASHIER, "收费员"),
          new Made("finance1", "演示会计", FinanceStaff.OFFICER, "财务"));

  private final SignIn signIn;
  private final DemoStaff staff;

  DemoCashiers(SignIn signIn, DemoStaff staff) {
    this.signIn = signIn;
    this.staff = staff;
  }

  /**
   * Makes what is missing; once the demo doctors are there.
   *
   * @param password of all demo accounts
   * @return what is told of the accounts
   */
  public List<String> create(String password) {
    Account doctor = signIn.accounts().byLogin("doctor1");
    List<Registry.Post> posts =
        doctor == null ? List.of() : signIn.registry().posts(doctor.person());
    List<String> told = new ArrayList<>();
    if (doctor == null || !doctor.demo() || posts.isEmpty()) {
      return told;
    }
    Registry.Post at = posts.getFirst();
    for (Made one : ALL) {
      staff.office(
          new DemoStaff.Office(one.login, one.name, Posts.SYSTEM, one.post, one.title),
          at.institution(),
          password);
      told.add("  %s        %s，%s".formatted(one.login, one.name, at.institutionName()));
    }
    return told;
  }
}
