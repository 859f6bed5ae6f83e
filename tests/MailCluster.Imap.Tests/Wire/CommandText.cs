using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Tests.Wire;

/// <summary>
/// Commands as one line of text, for comparison with the corpus: the record's name and its members that are not empty, in their order.
/// </summary>
internal static class CommandText
{
    public static string Of(object? value) => value switch
    {
        null => "nil",
        string text => '"' + Escape(text) + '"',
        byte[] bytes => "bytes:" + Convert.ToHexStringLower(bytes),
        bool or Enum or SequenceSet or UidSet => value.ToString()!.Replace(", ", "+", StringComparison.Ordinal),
        ModSeq modSeq => modSeq.ToString(),
        AnnotationPath or AnnotationName => Of(value.ToString()),
        ImmutableArray<byte> bytes => Of(Encoding.Latin1.GetString(bytes.AsSpan())),
        PartialRange range => $"<{range.Offset}.{range.Count}>",
        InternalDate date => date.ToDateTimeOffset().ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        KeyValuePair<string, string?> pair => $"{Of(pair.Key)}:{Of(pair.Value)}",
        IConvertible number => number.ToString(CultureInfo.InvariantCulture),
        IEnumerable items => "[" + string.Join(' ', items.Cast<object?>().Select(Of)) + "]",
        _ => Record(value),
    };

    private static string Record(object value)
    {
        var members = value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.Name is not ("Tag" or "Name" or "EqualityContract" or "SetsSeen") || property.DeclaringType == typeof(SearchKey.Header))
            .Where(static property => property.Name != "EqualityContract")
            .Select(property => (property.Name, Value: property.GetValue(value)))
            .Where(static member => !IsEmpty(member.Value))
            .Select(static member => $"{member.Name}={Of(member.Value)}");
        return $"{value.GetType().Name.Replace("Command", "", StringComparison.Ordinal)}({string.Join(", ", members)})";
    }

    private static bool IsEmpty(object? value) => value switch
    {
        null or false => true,
        Enum flags => flags is not (FlagOperation or SectionForm or DateSource or DateRelation or SpecialUse) && Convert.ToInt64(flags, CultureInfo.InvariantCulture) == 0,
        string or byte[] or ImmutableArray<byte> or UidSet or SequenceSet => false,
        ICollection items => items.Count == 0,
        FlagList flags => flags.System == SystemFlags.None && flags.Keywords.IsEmpty,
        _ => false,
    };

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                escaped.Append('\\').Append(c);
            else if (c < ' ')
                escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }
}
