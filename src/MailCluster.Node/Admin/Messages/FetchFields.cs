using System.Globalization;
using System.Text.Json;
using MailCluster.Mailboxes;
using MailCluster.Node.Admin.Verbs;

namespace MailCluster.Node.Admin.Messages;

/// <summary>One message in its folder, as a field sees it.</summary>
/// <param name="Sequence">Its number in the version that was searched, from 1.</param>
internal sealed record FoundMessage(
    AccountId Account, FolderName Folder, FolderIndex Index, int Sequence, MessageRow Row, MessageContent Content);

/// <summary>
/// The value of a field: a text, a number, a list of texts, or octets of the message (<c>{"base64":"…"}</c>, for JSON has no octets).
/// </summary>
internal readonly record struct FieldValue(
    string? Text = null, long Number = 0, IReadOnlyList<string>? List = null, ReadOnlyMemory<byte>? Octets = null)
{
    public void Write(Utf8JsonWriter writer)
    {
        if (Octets is { } octets)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("base64"u8, octets.Span);
            writer.WriteEndObject();
        }
        else if (List is not null)
        {
            writer.WriteStartArray();
            foreach (var text in List) writer.WriteStringValue(text);
            writer.WriteEndArray();
        }
        else if (Text is not null) writer.WriteStringValue(Text);
        else writer.WriteNumberValue(Number);
    }
}

/// <summary>A field of <c>fetch</c>: fetches its value, so that nothing of a message is written when the store fails at it.</summary>
internal delegate ValueTask<FieldValue> FetchField(FoundMessage message, CancellationToken cancellationToken);

/// <summary>The fields by doveadm's names.</summary>
internal static class FetchFields
{
    private const string HeaderPrefix = "hdr.";
    private const string DecodedSuffix = ".utf8";

    private static readonly Dictionary<string, FetchField> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = (message, _) => Text(message.Account.Value),
        ["mailbox"] = (message, _) => Text(message.Folder.Value),
        ["mailbox-guid"] = (message, _) => Text(message.Index.Id.ToString()),
        ["seq"] = (message, _) => Number(message.Sequence),
        ["uid"] = (message, _) => Number(message.Row.Uid),
        ["guid"] = (message, _) => Text(message.Row.EmailId.ToString()),
        ["flags"] = (message, _) => Flags(message),
        ["modseq"] = (message, _) => Number(message.Row.ModSeq.Value),
        ["size.physical"] = (message, _) => Number(message.Row.Size),
        ["size.virtual"] = (message, _) => Number(message.Row.Size),
        ["date.received"] = (message, _) => Text(Date(message.Row.InternalDate.ToDateTimeOffset())),
        ["date.saved"] = (message, _) => Text(Date(DateTimeOffset.FromUnixTimeSeconds(message.Row.SaveDate))),
        ["date.sent"] = async (message, cancel) => new FieldValue(await message.Content.SentAsync(cancel) is { } date ? Date(date) : ""),
        ["hdr"] = async (message, cancel) => new FieldValue(Octets: await message.Content.HeaderAsync(cancel)),
        ["body"] = async (message, cancel) => new FieldValue(Octets: await message.Content.BodyAsync(cancel)),
        ["text"] = async (message, cancel) => new FieldValue(Octets: await message.Content.TextAsync(cancel)),
        ["body.preview"] = async (message, cancel) => new FieldValue(await message.Content.PreviewAsync(cancel)),
    };

    /// <exception cref="AdminException">There is no such field.</exception>
    public static FetchField Find(string name)
    {
        if (Known.TryGetValue(name, out var field)) return field;
        if (!name.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase) || name.Length == HeaderPrefix.Length)
            throw new AdminException(
                AdminExit.Usage, $"fetch has no field {name}; there are {string.Join(' ', Known.Keys)} hdr.NAME hdr.NAME.utf8");
        var header = name[HeaderPrefix.Length..];
        var decode = header.EndsWith(DecodedSuffix, StringComparison.OrdinalIgnoreCase);
        if (decode) header = header[..^DecodedSuffix.Length];
        return async (message, cancel) => new FieldValue(await message.Content.FieldAsync(header, decode, cancel));
    }

    private static ValueTask<FieldValue> Text(string text) => ValueTask.FromResult(new FieldValue(text));

    private static ValueTask<FieldValue> Number(long number) => ValueTask.FromResult(new FieldValue(Number: number));

    private static ValueTask<FieldValue> Flags(FoundMessage message)
    {
        var names = FlagWords.Names(message.Row.Flags).Concat(message.Index.Keywords[message.Row.KeywordSet]);
        return ValueTask.FromResult(new FieldValue(List: [.. names]));
    }

    private static string Date(DateTimeOffset date) => date.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
