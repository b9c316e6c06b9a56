package health.helan.oversight.books;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.ledger.Account;
import health.helan.oversight.ledger.AccountKind;
import health.helan.oversight.ledger.Balance;
import health.helan.oversight.ledger.Ledger;
import health.helan.oversight.ledger.Movement;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code $ledger-accounts} and {@code $ledger-movements}. Operators see all accounts but
 * residents'; finance officers and systems what their institution is owed, and what it owes as a
 * payer. A resident on the other side of a movement is told as one, and not as whom.
 */
public final class BookOperations {
  private static final Set<AccountKind> RESIDENTS =
      EnumSet.of(AccountKind.RESIDENT, AccountKind.PREPAID);
  private static final int MOST = 200;

  private final Ledger ledger;
  private final FinanceStaff staff;
  private final Clock clock;

  private BookOperations(Ledger ledger, FinanceStaff staff, Clock clock) {
    this.ledger = ledger;
    this.staff = staff;
    this.clock = clock;
  }

  public static List<FhirOperation> all(Ledger ledger, FinanceStaff staff, Clock clock) {
    var of = new BookOperations(ledger, staff, clock);
    return List.of(
        NamedOperation.of(
            "ledger", "ledger-accounts", Level.SYSTEM, "", false, "ledger", of::accounts),
        NamedOperation.of(
            "ledger", "ledger-movements", Level.SYSTEM, "", false, "ledger", of::movements));
  }

  private static AccountKind kind(String code) {
    for (AccountKind kind : AccountKind.values()) {
      if (kind.code().equals(code)) {
        if (RESIDENTS.contains(kind)) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "ledger.residents-closed");
        }
        return kind;
      }
    }
    throw Given.wrong("kind");
  }

  private static boolean seesAll(Caller caller) {
    return caller.isRoot() || caller.role() == Caller.Role.OPERATOR;
  }

  /** Of an institution: what it is owed, and what it pays as a payer. */
  private static boolean isOwn(Caller caller, AccountKind kind, String owner) {
    String institution = caller.institution();
    return !institution.isEmpty()
        && switch (kind) {
          case INSTITUTION -> owner.equals(institution);
          case PAYER -> owner.startsWith(institution + ".");
          default -> false;
        };
  }

  private Answer accounts(Call call) {
    var given = new Given(call);
    given.only(Set.of("kind", "owner", "day", "after", "_count"));
    staff.checkOfficer(call.caller());
    AccountKind kind = kind(given.need("kind"));
    String owner = given.text("owner");
    Caller caller = call.caller();
    if (!seesAll(caller)) {
      String own = kind == AccountKind.PAYER ? caller.institution() + "." : caller.institution();
      if (owner == null) {
        owner = own;
      }
      if (caller.institution().isEmpty()
          || kind != AccountKind.PAYER && kind != AccountKind.INSTITUTION
          || !owner.startsWith(own)) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "ledger.other-institution");
      }
    }
    String after = given.text("after");
    Instant end =
        given.text("day") == null
            ? null
            : given.time("day").plus(Duration.ofDays(1)).minusNanos(1_000);
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    for (Ledger.Standing one :
        ledger.accounts(
            kind,
            owner == null ? "" : owner,
            after == null ? "" : after,
            given.number("_count", 50, MOST))) {
      String of = one.name().substring(one.name().indexOf('/') + 1);
      if (seesAll(caller) || isOwn(caller, kind, of)) {
        if (end == null) {
          told(into.group("account"), kind, one);
        } else {
          // What was reserved at a past moment is not known any more.
          Balance then = ledger.balance(Account.of(kind, of), end);
          told(into.group("account"), kind, one.name(), then);
        }
      }
    }
    return Words.answer(answer);
  }

  private static void told(Words into, AccountKind kind, Ledger.Standing one) {
    told(into, kind, one.name(), one.balance());
    into.text("reserved-debits", yuan(one.balance().reservedDebits()))
        .text("reserved-credits", yuan(one.balance().reservedCredits()));
  }

  private static void told(Words into, AccountKind kind, String name, Balance balance) {
    into.text("account", name)
        .code("kind", kind.code())
        .text("owner", name.substring(name.indexOf('/') + 1))
        .text("balance", yuan(balance.of(kind)))
        .text("debits", yuan(balance.debits()))
        .text("credits", yuan(balance.credits()));
  }

  private Answer movements(Call call) {
    var given = new Given(call);
    given.only(Set.of("account", "from", "before", "after", "_count"));
    staff.checkOfficer(call.caller());
    String name = given.need("account");
    int slash = name.indexOf('/');
    if (slash < 0 || !name.substring(slash + 1).matches("[A-Za-z0-9._-]{1,100}")) {
      throw Given.wrong("account");
    }
    AccountKind kind = kind(name.substring(0, slash));
    String owner = name.substring(slash + 1);
    if (!seesAll(call.caller()) && !isOwn(call.caller(), kind, owner)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "ledger.other-institution");
    }
    Account account = Account.of(kind, owner);
    int most = given.number("_count", 50, MOST);
    List<Movement> all =
        ledger.history(
            account,
            time(given, "from", Instant.EPOCH),
            time(given, "before", clock.instant().plusSeconds(60)),
            after(given),
            most);
    Set<UUID> others = new HashSet<>();
    all.forEach(one -> others.add(one.debit().equals(account.id()) ? one.credit() : one.debit()));
    Map<UUID, String> names = ledger.names(others);
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    into.text("balance", yuan(ledger.balance(account).of(kind)));
    for (Movement one : all) {
      boolean isDebit = one.debit().equals(account.id());
      into.group("movement")
          .text("intent", one.intent())
          .text("step", one.step())
          .number("line", one.line())
          .time("at", one.at())
          .code("side", isDebit ? "debit" : "credit")
          .text("other", other(names.get(isDebit ? one.credit() : one.debit())))
          .text("amount", yuan(one.posted()))
          .text("reserved", yuan(one.reserved()));
    }
    if (all.size() == most) {
      Movement last = all.getLast();
      String rest = "%d %s %s".formatted(last.line(), last.step(), last.intent());
      into.text("next", new PageEnd(last.at(), rest).next());
    }
    return Words.answer(answer);
  }

  /** Where the page before ended: line, step and intent; null for the first. */
  private static Movement.@Nullable Place after(Given given) {
    if (given.text("after") == null) {
      return null;
    }
    PageEnd end = PageEnd.of(given);
    String[] words = end.words(3);
    if (!words[0].matches("[0-9]{1,9}")) {
      throw Given.wrong("after");
    }
    return new Movement.Place(end.at(), words[2], words[1], Integer.parseInt(words[0]));
  }

  private static Instant time(Given given, String name, Instant otherwise) {
    return given.text(name) == null ? otherwise : given.time(name);
  }

  private static String other(@Nullable String name) {
    if (name == null) {
      return "?";
    }
    String kind = name.substring(0, Math.max(0, name.indexOf('/')));
    return RESIDENTS.stream().anyMatch(one -> one.code().equals(kind)) ? kind : name;
  }

  private static String yuan(long fen) {
    return BigDecimal.valueOf(fen, 2).toPlainString();
  }
}
