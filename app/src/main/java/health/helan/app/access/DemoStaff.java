package health.helan.app.access;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Accounts;
import health.helan.foundation.trust.account.SignIn;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Made-up staff of the demo region: what they are registered as, and accounts to try. */
@Component
public final class DemoStaff {
  private final SignIn signIn;
  private final RecordStore store;

  DemoStaff(SignIn signIn, RecordStore store) {
    this.signIn = signIn;
    this.store = store;
  }

  /** An account of a practitioner; one that is there stays as it is. */
  public void account(String login, String name, String practitioner, String password) {
    if (signIn.accounts().byLogin(login) == null) {
      account(
          Account.Kind.PRACTITIONER, login, name, practitioner, signIn.passwords().hash(password));
    }
  }

  /**
   * @param hash of the password
   */
  void account(Account.Kind kind, String login, String name, String person, String hash) {
    try {
      signIn
          .accounts()
          .create(
              new Accounts.New(kind, Account.State.ACTIVE, login, name, person, "", hash, true));
    } catch (Accounts.LoginTaken there) {
      // Another instance was faster, or a start was cut short.
    }
  }

  /**
   * A post that somebody holds.
   *
   * @param system of {@code PractitionerRole.code}, {@code code} of the post
   */
  public record Office(String login, String name, String system, String code, String title) {}

  /** Somebody with a post at an institution, and an account. */
  public void office(Office office, String institution, String password) {
    // A post counts that the institution itself has filed.
    Caller itself = Caller.platform("demo-staff").asPlatformOf(institution);
    String id = "demo-" + office.login;
    ObjectNode practitioner =
        Json.MAPPER.createObjectNode().put("resourceType", "Practitioner").put("id", id);
    practitioner.put("active", true).putArray("name").addObject().put("text", office.name);
    write(itself, practitioner);
    ObjectNode role =
        Json.MAPPER
            .createObjectNode()
            .put("resourceType", "PractitionerRole")
            .put("id", id + "-post");
    role.put("active", true);
    role.putObject("practitioner")
        .put("reference", "Practitioner/" + id)
        .put("display", office.name);
    role.putObject("organization").put("reference", "Organization/" + institution);
    ObjectNode code = role.putArray("code").addObject();
    code.putArray("coding").addObject().put("system", office.system).put("code", office.code);
    code.put("text", office.title);
    write(itself, role);
    account(office.login, office.name, id, password);
  }

  /** Writes a resource under its own id, unless an earlier start did. */
  public void write(Caller by, ObjectNode resource) {
    try {
      store.write(
          by,
          new Interaction.Update(
              resource.path("resourceType").asString(""),
              resource.path("id").asString(""),
              null,
              Interaction.Body.of(resource),
              null,
              true,
              null,
              null));
    } catch (Refusal there) {
      // Written by an earlier start.
    }
  }
}
