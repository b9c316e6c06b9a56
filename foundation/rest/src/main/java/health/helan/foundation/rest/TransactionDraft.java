package health.helan.foundation.rest;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A transaction in the hands of {@link TransactionRules}. */
final class TransactionDraft implements TransactionRules.Draft {
  private final Exchange exchange;
  private final RecordStore store;
  private final BundleReader bundle;
  private final List<One> entries;
  private final List<Interaction> added = new ArrayList<>();

  TransactionDraft(Exchange exchange, RecordStore store, BundleReader bundle) {
    this.exchange = exchange;
    this.store = store;
    this.bundle = bundle;
    entries = new ArrayList<>(bundle.entries().size());
    for (BundleReader.Entry entry : bundle.entries()) {
      entries.add(new One(entries.size(), entry));
    }
  }

  @Override
  public Caller caller() {
    return exchange.caller();
  }

  @Override
  public RecordStore store() {
    return store;
  }

  @Override
  public String base() {
    return exchange.base();
  }

  @Override
  public Set<String> profiles() {
    return bundle.profiles();
  }

  @Override
  public List<One> entries() {
    return entries;
  }

  @Override
  public void also(Interaction write) {
    added.add(write);
  }

  List<Interaction> added() {
    return added;
  }

  /** One entry, and what became of it. */
  final class One implements TransactionRules.Entry {
    private final int number;
    private final BundleReader.Entry entry;
    private final Links link;
    private UnaryOperator<ObjectNode> change = UnaryOperator.identity();
    private @Nullable String criteriaOfNew;
    private @Nullable Interaction instead;
    private @Nullable String patient;

    private One(int number, BundleReader.Entry entry) {
      this.number = number;
      this.entry = entry;
      link = Links.parse(entry.url == null ? "" : entry.url, exchange.base());
    }

    @Override
    public int number() {
      return number;
    }

    @Override
    public String method() {
      return entry.method == null ? "" : entry.method;
    }

    @Override
    public String type() {
      return link.segments().length == 0 ? "" : link.segments()[0];
    }

    @Override
    public @Nullable String id() {
      return link.segments().length == 2 ? link.segments()[1] : null;
    }

    @Override
    public @Nullable String fullUrl() {
      return entry.fullUrl;
    }

    @Override
    public boolean hasResource() {
      return entry.from >= 0;
    }

    @Override
    public ObjectNode resource() {
      return bundle.resource(entry);
    }

    @Override
    public void amend(UnaryOperator<ObjectNode> next) {
      UnaryOperator<ObjectNode> before = change;
      change = tree -> next.apply(before.apply(tree));
    }

    @Override
    public void belongsTo(String reference) {
      patient = reference;
    }

    @Override
    public void onlyNew(String criteria) {
      criteriaOfNew = criteria;
    }

    @Override
    public void instead(Interaction interaction) {
      instead = interaction;
    }

    ObjectNode amended(ObjectNode tree) {
      return change.apply(tree);
    }

    @Nullable String criteriaOfNew() {
      return criteriaOfNew;
    }

    @Nullable Interaction instead() {
      return instead;
    }

    /** Decides the home; null where the entry itself says it. */
    @Nullable String patient() {
      return patient;
    }
  }
}
