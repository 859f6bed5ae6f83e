using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>Scripts between memory and <c>mailbox.proto</c>. Contents are not copied: neither side ever changes one.</summary>
internal static class ScriptCodec
{
    public static Event ToStored(ScriptPut put) => new()
    {
        ScriptPut = new Stored.ScriptPut
        {
            Name = put.Name.Value,
            Content = put.Content.ToStored(),
            ChangedAt = put.ChangedAt,
        },
    };

    public static Event ToStored(ScriptDeleted deleted) => new() { ScriptDeleted = new Stored.ScriptDeleted { Name = deleted.Name.Value } };

    public static Event ToStored(ScriptRenamed renamed) => new()
    {
        ScriptRenamed = new Stored.ScriptRenamed { From = renamed.From.Value, To = renamed.To.Value },
    };

    public static Event ToStored(ScriptActivated activated) => new()
    {
        ScriptActivated = new Stored.ScriptActivated { Name = activated.Name?.Value ?? "" },
    };

    public static ScriptPut FromStored(Stored.ScriptPut stored) =>
        new(stored.Name.ToScriptName(), stored.Content.ToContent(), stored.ChangedAt);

    public static ScriptDeleted FromStored(Stored.ScriptDeleted stored) => new(stored.Name.ToScriptName());

    public static ScriptRenamed FromStored(Stored.ScriptRenamed stored) => new(stored.From.ToScriptName(), stored.To.ToScriptName());

    public static ScriptActivated FromStored(Stored.ScriptActivated stored) => new(stored.Name.ToOptionalScriptName());

    /// <exception cref="InvalidDataException">Not a script name.</exception>
    public static ScriptName ToScriptName(this string stored) =>
        ScriptName.TryCreate(stored, out var name, out var problem)
            ? name
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"A stored script name is invalid: {problem}"));

    /// <summary>Null for the empty name, which no script has.</summary>
    public static ScriptName? ToOptionalScriptName(this string stored) => stored.Length == 0 ? null : stored.ToScriptName();

    public static ByteString ToStored(this ImmutableArray<byte> content) => UnsafeByteOperations.UnsafeWrap(content.AsMemory());

    public static ImmutableArray<byte> ToContent(this ByteString stored) => ImmutableCollectionsMarshal.AsImmutableArray(stored.ToByteArray());

    public static ByteString ToStored(this ScriptHash hash)
    {
        Span<byte> bytes = stackalloc byte[ScriptHash.Size];
        hash.Write(bytes);
        return ByteString.CopyFrom(bytes);
    }

    /// <exception cref="InvalidDataException">Not 32 bytes.</exception>
    public static ScriptHash ToScriptHash(this ByteString stored) =>
        stored.Length == ScriptHash.Size ? ScriptHash.Read(stored.Span) : throw new InvalidDataException("A stored script hash has 32 bytes.");
}
