using Google.Protobuf;

namespace MailCluster.Mailboxes.Wire;

/// <summary>Requests and answers about scripts between memory and <c>wire.proto</c>.</summary>
internal static class WireScripts
{
    public static PutScript ToWire(Mailboxes.PutScript put) => new()
    {
        Name = put.Name.Value,
        Content = put.Content.ToStored(),
        Activate = put.Activate,
    };

    public static Mailboxes.PutScript FromWire(PutScript wire) => new(wire.Name.ToScriptName(), wire.Content.ToContent(), wire.Activate);

    public static ScriptQuery ToWire(ListScripts _) => new() { List = new Nothing() };

    public static ScriptQuery ToWire(GetScript get) => new() { Get = new NamedScript { Name = get.Name.Value }, Known = KnownOf(get.Known) };

    public static ScriptQuery ToWire(GetActiveScript get) => new() { GetActive = new Nothing(), Known = KnownOf(get.Known) };

    public static ScriptQuery ToWire(AskScriptSpace ask) => new() { Space = new ScriptSpace { Name = ask.Name.Value, Size = ask.Size } };

    /// <exception cref="InvalidDataException">Not a query that this release knows.</exception>
    public static IMailboxQuery FromWire(ScriptQuery wire) => wire.KindCase switch
    {
        ScriptQuery.KindOneofCase.List => new ListScripts(),
        ScriptQuery.KindOneofCase.Get => new GetScript(wire.Get.Name.ToScriptName(), KnownOf(wire.Known)),
        ScriptQuery.KindOneofCase.GetActive => new GetActiveScript(KnownOf(wire.Known)),
        ScriptQuery.KindOneofCase.Space => new AskScriptSpace(wire.Space.Name.ToScriptName(), wire.Space.Size),
        _ => throw new InvalidDataException("A later release sent a query about scripts of a kind that this one does not know."),
    };

    public static ScriptList ToWire(Mailboxes.ScriptList list)
    {
        var wire = new ScriptList();
        foreach (var script in list.Scripts)
        {
            wire.Scripts.Add(new ScriptInfo
            {
                Name = script.Name.Value,
                Hash = script.Hash.ToStored(),
                Size = script.Size,
                ChangedAt = script.ChangedAt,
                Active = script.IsActive,
            });
        }

        return wire;
    }

    public static Mailboxes.ScriptList FromWire(ScriptList wire) => new(
    [
        .. wire.Scripts.Select(script => new Mailboxes.ScriptInfo(
            script.Name.ToScriptName(), script.Hash.ToScriptHash(), script.Size, script.ChangedAt, script.Active)),
    ]);

    public static ScriptText ToWire(Mailboxes.ScriptText script) => new()
    {
        Name = script.Name.Value,
        Hash = script.Hash.ToStored(),
        Content = script.Content.ToStored(),
    };

    public static Mailboxes.ScriptText FromWire(ScriptText wire) =>
        new(wire.Name.ToScriptName(), wire.Hash.ToScriptHash(), wire.Content.ToContent());

    public static ActiveScript ToWire(Mailboxes.ActiveScript active) => new() { Script = active.Script is null ? null : ToWire(active.Script) };

    public static Mailboxes.ActiveScript FromWire(ActiveScript wire) => new(wire.Script is null ? null : FromWire(wire.Script));

    private static ByteString KnownOf(ScriptHash known) => known == ScriptHash.None ? ByteString.Empty : known.ToStored();

    private static ScriptHash KnownOf(ByteString known) => known.IsEmpty ? ScriptHash.None : known.ToScriptHash();
}
