package health.helan.app.access;

import health.helan.app.start.DataFolder;
import health.helan.demo.NamedResident;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.SignInKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Accounts to try the demo region with: residents, doctors, a regulator, an operator. They are
 * marked as demo accounts and refused on any address but loopback and in production. One password
 * for all, made for each data folder: a fixed one would be a default secret that somebody leaves in
 * place.
 */
@Component
public final class DemoAccounts {
  /** Its file in the data folder. */
  public static final String PASSWORD_FILE = "demo-password";

  private static final String SECOND_POST = "demo-second-post";
  private static final List<NamedResident> RESIDENTS =
      List.of(NamedResident.MA_XIULAN, NamedResident.WANG_FANG, NamedResident.DING_ZHIMING);
  private static final List<NamedResident> CHILDREN =
      List.of(NamedResident.LI_ZIXUAN, NamedResident.LI_YUTONG);

  private final SignIn signIn;
  private final StoreRegistry registry;
  private final RecordStore store;
  private final DataFolder data;
  private final DemoStaff staff;
  private final AccessSettings settings;

  DemoAccounts(
      SignIn signIn,
      StoreRegistry registry,
      RecordStore store,
      DemoStaff staff,
      DataFolder data,
      AccessSettings settings) {
    this.signIn = signIn;
    this.registry = registry;
    this.store = store;
    this.staff = staff;
    this.data = data;
    this.settings = settings;
  }

  /** Makes those that are missing; once the demo region is in. */
  public List<String> create() {
    if (!settings.demoAllowed()) {
      return List.of(
          "演示账户在本机以外和生产模式下停用。/ Demo accounts are off beyond this machine and in production.");
    }
    String password = password();
    List<String> told = new ArrayList<>();
    told.add("演示账户，密码都是 / demo accounts, all with the password:   " + password);
    boolean missing = signIn.accounts().byLogin("operator") == null;
    String hash = missing ? signIn.passwords().hash(password) : "";
    told.add("  operator          平台运维 / operator");
    told.add("  regulator         监管人员 / regulator");
    if (missing) {
      staff.account(Account.Kind.REGULATOR, "regulator", "演示监管员", "", hash);
    }
    for (Doctor doctor : doctors()) {
      told.add("  " + doctor.login() + "           " + doctor.name() + "，" + doctor.where());
      if (missing) {
        staff.account(Account.Kind.PRACTITIONER, doctor.login(), doctor.name(), doctor.id(), hash);
      }
    }
    for (DemoPharmacists.Made one : pharmacists()) {
      told.add("  " + one.login() + "       " + one.name() + "，" + one.where());
      if (signIn.accounts().byLogin(one.login()) == null) {
        // Also in a region that an earlier version made.
        String own = hash.isEmpty() ? signIn.passwords().hash(password) : hash;
        staff.account(Account.Kind.PRACTITIONER, one.login(), one.name(), one.id(), own);
      }
    }
    for (NamedResident resident : RESIDENTS) {
      told.add("  %s  %s".formatted(resident.identityNumber(), resident.fullName().text()));
      if (missing) {
        resident(resident, hash);
      }
    }
    if (missing) {
      // Last: its presence says that all the others are there.
      staff.account(Account.Kind.OPERATOR, "operator", "演示运维", "", hash);
    }
    return told;
  }

  private String password() {
    String kept = data.read(PASSWORD_FILE);
    if (kept != null && !kept.isBlank()) {
      return kept.strip();
    }
    String made = ("demo-" + SignInKey.code(4) + "-" + SignInKey.code(4)).toLowerCase(Locale.ROOT);
    data.writeAtomically(PASSWORD_FILE, made + "\n");
    return made;
  }

  private void resident(NamedResident resident, String hash) {
    String name = resident.fullName().text();
    Registry.Resident found = registry.resident(resident.identityNumber(), name);
    if (found == null) {
      return;
    }
    staff.account(Account.Kind.RESIDENT, resident.identityNumber(), name, found.patient(), hash);
    Account account = signIn.accounts().byLogin(resident.identityNumber());
    if (account != null && resident == NamedResident.WANG_FANG) {
      for (NamedResident child : CHILDREN) {
        signIn.claimDependant(account, child.fullName().text(), child.identityNumber());
      }
    }
  }

  /** Where the demo doctors work. */
  private List<DemoPharmacists.Made> pharmacists() {
    List<StoreRegistry.Holding> found = registry.doctors();
    List<String> institutions =
        found.stream().map(StoreRegistry.Holding::institution).distinct().limit(2).toList();
    return new DemoPharmacists(staff).create(institutions);
  }

  private record Doctor(String login, String id, String name, String where) {}

  /** Two doctors of two institutions; the first works at both. */
  private List<Doctor> doctors() {
    List<StoreRegistry.Holding> found = registry.doctors();
    if (found.isEmpty()) {
      return List.of();
    }
    StoreRegistry.Holding first = found.getFirst();
    List<Doctor> doctors = new ArrayList<>();
    StoreRegistry.Holding second =
        found.stream()
            .filter(holding -> !holding.institution().equals(first.institution()))
            .findFirst()
            .orElse(null);
    if (second == null) {
      doctors.add(new Doctor("doctor1", first.practitioner(), first.name(), first.where()));
      return doctors;
    }
    secondPost(first, second);
    doctors.add(
        new Doctor(
            "doctor1", first.practitioner(), first.name(), first.where() + "；" + second.where()));
    doctors.add(new Doctor("doctor2", second.practitioner(), second.name(), second.where()));
    return doctors;
  }

  /** 多点执业: the first doctor holds a post at the second's institution too. */
  private void secondPost(StoreRegistry.Holding first, StoreRegistry.Holding second) {
    ObjectNode role =
        Json.MAPPER
            .createObjectNode()
            .put("resourceType", "PractitionerRole")
            .put("id", SECOND_POST)
            .put("active", true);
    role.putObject("practitioner").put("reference", "Practitioner/" + first.practitioner());
    role.putObject("organization").put("reference", "Organization/" + second.department());
    role.putArray("code").addObject().put("text", "多点执业医师");
    // Approved in the provider registry: docs/guide/registry.md.
    var place =
        role.putArray("extension")
            .addObject()
            .put("url", "https://helan.health/fhir/StructureDefinition/practice-site")
            .putArray("extension");
    place.addObject().put("url", "state").put("valueCode", "approved");
    place.addObject().put("url", "site").put("valueCode", "additional");
    place.addObject().put("url", "right").put("valueCode", "ordinary");
    try {
      store.write(
          Caller.platform("demo-accounts"),
          new Interaction.Update(
              "PractitionerRole", SECOND_POST, null, () -> role, null, true, null, null));
    } catch (Refusal there) {
      // Written by an earlier start.
    }
  }
}
