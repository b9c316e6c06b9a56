package health.helan.app.settlement;

import health.helan.app.access.DemoStaff;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.oversight.books.FinanceStaff;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

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
    // A post counts that the institution itself has filed.
    Caller hospital = Caller.platform("demo-cashiers").asPlatformOf(at.institution());
    for (Made one : ALL) {
      String id = "demo-" + one.login;
      staff.write(hospital, practitioner(id, one.name));
      staff.write(hospital, post(id, one, at.institution()));
      staff.account(one.login, one.name, id, password);
      told.add("  %s        %s，%s".formatted(one.login, one.name, at.institutionName()));
    }
    return told;
  }

  private static ObjectNode practitioner(String id, String name) {
    ObjectNode practitioner =
        Json.MAPPER.createObjectNode().put("resourceType", "Practitioner").put("id", id);
    practitioner.put("active", true).putArray("name").addObject().put("text", name);
    return practitioner;
  }

  private static ObjectNode post(String practitioner, Made one, String institution) {
    ObjectNode role =
        Json.MAPPER
            .createObjectNode()
            .put("resourceType", "PractitionerRole")
            .put("id", practitioner + "-post");
    role.put("active", true);
    role.putObject("practitioner")
        .put("reference", "Practitioner/" + practitioner)
        .put("display", one.name);
    role.putObject("organization").put("reference", "Organization/" + institution);
    ObjectNode code = role.putArray("code").addObject();
    code.putArray("coding").addObject().put("system", FinanceStaff.SYSTEM).put("code", one.post);
    code.put("text", one.title);
    return role;
  }
}
