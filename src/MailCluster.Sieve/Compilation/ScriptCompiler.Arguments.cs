using System.Collections.Immutable;
using MailCluster.Sieve.Matching;
using MailCluster.Sieve.Programs;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve.Compilation;

/// <summary>Tagged arguments that several commands share, and what looks odd in them.</summary>
internal sealed partial class ScriptCompiler
{
    /// <summary>Regular expressions that were tried out.</summary>
    private readonly HashSet<string> _patterns = new(StringComparer.Ordinal);

    private static readonly string[] s_relations = ["", "gt", "ge", "lt", "le", "eq", "ne"];

    /// <summary>Match type and comparator (RFC 5228 §2.7, RFC 5231); the keys are looked at for what would never match.</summary>
    internal MatchSpec Match(BoundCommand command, StringListNode? keys, MatchKind defaultType = MatchKind.Is)
    {
        var type = command.Has("is") ? MatchKind.Is : command.Has("contains") ? MatchKind.Contains : command.Has("matches") ? MatchKind.Matches
            : command.Has("regex") ? MatchKind.Regex : command.Has("list") ? MatchKind.List
            : command.Has("count") ? MatchKind.Count : command.Has("value") ? MatchKind.Value : defaultType;
        var relation = type switch
        {
            MatchKind.Count => RelationOf(command.StringOf("count")!.Value),
            MatchKind.Value => RelationOf(command.StringOf("value")!.Value),
            _ => Relation.None,
        };
        var comparator = command.StringOf("comparator") is { } name ? ComparatorOf(name) : ComparatorKind.AsciiCasemap;
        if (comparator == ComparatorKind.AsciiNumeric && type is MatchKind.Contains or MatchKind.Matches or MatchKind.Regex)
            Diagnostics.Error(command.OffsetOf("comparator"), $"the comparator i;ascii-numeric cannot be used with :{type.ToString().ToLowerInvariant()}", "compare numbers with :is, :value or :count");
        if (type == MatchKind.Count && comparator != ComparatorKind.AsciiNumeric)
            Diagnostics.Warning(command.OffsetOf("count"), ":count compares numbers as text here: \"10\" is then less than \"9\"", "add :comparator \"i;ascii-numeric\"");
        if (keys is not null)
            CheckKeys(keys, type, comparator);
        return new MatchSpec(type, relation, comparator);
    }

    internal static AddressPart AddressPartOf(BoundCommand command) => command.Has("localpart") ? AddressPart.LocalPart
        : command.Has("domain") ? AddressPart.Domain
        : command.Has("user") ? AddressPart.User
        : command.Has("detail") ? AddressPart.Detail
        : AddressPart.All;

    /// <summary>RFC 5260 §6: fields count from 1.</summary>
    internal long? Index(BoundCommand command)
    {
        var index = command.NumberOf("index");
        if (index == 0)
            Diagnostics.Error(command.OffsetOf("index"), ":index counts from 1", "write :index 1 for the first field");
        if (index is null && command.Has("last"))
            Diagnostics.Error(command.OffsetOf("last"), ":last has no meaning without :index", "add :index 1 before it");
        return index;
    }

    /// <summary>RFC 5703 §4.</summary>
    internal HeaderBits HeaderBitsOf(BoundCommand command)
    {
        var bits = command.Has("mime") ? HeaderBits.Mime : HeaderBits.None;
        var options = (command.Has("anychild") ? HeaderBits.AnyChild : 0) | (command.Has("type") ? HeaderBits.Type : 0) | (command.Has("subtype") ? HeaderBits.Subtype : 0)
            | (command.Has("contenttype") ? HeaderBits.ContentType : 0) | (command.Has("param") ? HeaderBits.Param : 0);
        if (bits == HeaderBits.None && options != 0)
            Diagnostics.Error(command.Offset, "the options for MIME parts have no meaning without :mime", "add :mime before them");
        return bits | options | (command.Has("last") ? HeaderBits.Last : 0);
    }

    /// <summary>Names of header fields (RFC 5322 §3.6.8).</summary>
    internal int HeaderNames(StringListNode names)
    {
        foreach (var node in names.Strings)
            CheckHeaderName(node, isError: false);
        return Strings(names);
    }

    internal void CheckHeaderName(StringNode node, bool isError)
    {
        if (TryConstant(node) is not { } name || IsHeaderName(name))
            return;
        var fix = name.EndsWith(':') ? "leave out the colon" : "names are made of printable ASCII characters without colon and space";
        if (isError)
            Diagnostics.Error(node.Offset, $"\"{name}\" is no name of a header field", fix);
        else
            Diagnostics.Warning(node.Offset, $"\"{name}\" is no name of a header field, so this never matches", fix);
    }

    internal static bool IsHeaderName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange('!', '~') && !name.Contains(':', StringComparison.Ordinal);

    /// <summary>Keys of a test for parts of addresses: some can never match.</summary>
    internal void CheckAddressKeys(StringListNode keys, AddressPart part, MatchKind type)
    {
        if (type is MatchKind.Count or MatchKind.Value or MatchKind.List or MatchKind.Regex)
            return;
        foreach (var node in keys.Strings)
        {
            if (TryConstant(node) is not { } key)
                continue;
            if (key.Contains('@', StringComparison.Ordinal) && part is AddressPart.Domain)
                Diagnostics.Warning(node.Offset, $"\"{key}\" never matches: a domain has no @", "leave out all up to the @, or use :all");
            else if (type == MatchKind.Is && key.Contains('@', StringComparison.Ordinal) && part is AddressPart.User or AddressPart.Detail or AddressPart.LocalPart && !key.Contains('"', StringComparison.Ordinal))
                Diagnostics.Warning(node.Offset, $"\"{key}\" never matches: it is compared with what stands before the @", "leave out the @ and all behind it, or use :all");
            else if (type == MatchKind.Is && part == AddressPart.All && key.EndsWith('>') && key.Contains('<', StringComparison.Ordinal))
                Diagnostics.Warning(node.Offset, $"\"{key}\" never matches: only the address itself is compared, without name and brackets", $"write \"{key[(key.LastIndexOf('<') + 1)..^1]}\"");
        }
    }

    /// <summary>An address that mail is to be sent to or from; null for variables.</summary>
    internal void CheckAddress(StringNode node, string what)
    {
        if (TryConstant(node) is { } text && !SieveAddress.TryParse(text, out _))
            Diagnostics.Error(node.Offset, $"\"{text}\" is no address that {what}", "write one address such as user@example.com");
    }

    /// <summary>Flags of RFC 5232 §2: system flags and keywords.</summary>
    internal int Flags(StringListNode node)
    {
        foreach (var flag in node.Strings)
        {
            if (TryConstant(flag) is not { } text)
                continue;
            foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!FlagList.IsFlag(word))
                    Diagnostics.Warning(flag.Offset, $"\"{word}\" is no flag and will be left out", word.StartsWith('\\') ? "the system flags are \\\\Seen, \\\\Answered, \\\\Flagged, \\\\Deleted and \\\\Draft" : "a keyword is made of letters, digits and signs, without space, brackets, quotes, % and *");
            }
        }

        return Strings(node);
    }

    /// <summary>The name of a folder, never empty.</summary>
    internal int Folder(StringNode node)
    {
        if (TryConstant(node) is { } name && FolderName.WhyNot(name) is { } why)
            Diagnostics.Error(node.Offset, $"\"{name}\" is no name of a folder: {why}", null);
        return String(node);
    }

    /// <summary>RFC 8580 §3, with the tags of fileinto: five operands, see <see cref="OpTable"/>.</summary>
    internal void Fcc(BoundCommand command)
    {
        var fcc = command.StringOf("fcc");
        if (fcc is null)
        {
            foreach (var tag in ImmutableArray.Create("create", "mailboxid", "specialuse", "flags"))
            {
                if (command.Has(tag))
                    Diagnostics.Error(command.OffsetOf(tag), $":{tag} has no meaning without :fcc", "add :fcc \"Sent\" before it");
            }
        }

        Code.Id(fcc is { } folder ? Folder(folder) : null)
            .Id(command.StringsOf("flags") is { } flags ? Flags(flags) : null)
            .Number((ulong)(command.Has("create") ? ActionBits.Create : ActionBits.None))
            .Id(OptionalString(command.StringOf("mailboxid")))
            .Id(OptionalString(command.StringOf("specialuse")));
    }

    private Relation RelationOf(StringNode node)
    {
        if (ConstantOf(node, "a relation") is { } name)
        {
            var found = Array.FindIndex(s_relations, 1, known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
            if (found > 0)
                return (Relation)found;
            Diagnostics.Error(node.Offset, $"\"{name}\" is no relation", "the relations are \"gt\", \"ge\", \"lt\", \"le\", \"eq\" and \"ne\"");
        }

        return Relation.Equal;
    }

    private ComparatorKind ComparatorOf(StringNode node)
    {
        switch (ConstantOf(node, "the name of a comparator"))
        {
            case null:
                break;
            case "i;octet":
                Extensions.Use("comparator-i;octet");
                return ComparatorKind.Octet;
            case "i;ascii-casemap":
                Extensions.Use("comparator-i;ascii-casemap");
                return ComparatorKind.AsciiCasemap;
            case "i;ascii-numeric":
                return Required(node, "comparator-i;ascii-numeric", ComparatorKind.AsciiNumeric);
            case "i;unicode-casemap":
                return Required(node, "comparator-i;unicode-casemap", ComparatorKind.UnicodeCasemap);
            case var name:
                var nearest = Suggestions.Nearest(name, ["i;octet", "i;ascii-casemap", "i;ascii-numeric", "i;unicode-casemap"]);
                Diagnostics.Error(node.Offset, $"unknown comparator \"{name}\"", nearest is null ? "the comparators are i;octet, i;ascii-casemap, i;ascii-numeric and i;unicode-casemap" : $"did you mean \"{nearest}\"?");
                break;
        }

        return ComparatorKind.AsciiCasemap;
    }

    private ComparatorKind Required(StringNode node, string extension, ComparatorKind kind)
    {
        if (!Extensions.TryUse(extension))
            Diagnostics.Error(node.Offset, "the comparator is not required", Extensions.HowToEnable(extension));
        return kind;
    }

    private void CheckKeys(StringListNode keys, MatchKind type, ComparatorKind comparator)
    {
        foreach (var node in keys.Strings)
        {
            if (TryConstant(node) is not { } key)
                continue;
            if (type == MatchKind.Regex)
                CheckRegex(node, key);
            else if (type is MatchKind.Is or MatchKind.Contains && key.Length > 1 && (key.StartsWith('*') || key.EndsWith('*')))
                Diagnostics.Warning(node.Offset, $"the * in \"{key}\" stands for itself here", type == MatchKind.Is ? "use :matches for wildcards" : "use :matches for wildcards, or leave the * out");
            else if ((type == MatchKind.Count || comparator == ComparatorKind.AsciiNumeric) && (key.Length == 0 || !char.IsAsciiDigit(key[0])))
                Diagnostics.Warning(node.Offset, $"\"{key}\" is no number; it counts as more than any number", null);
        }
    }

    private void CheckRegex(StringNode node, string pattern)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(pattern) > Options.RegexBytesMax)
        {
            Diagnostics.Error(node.Offset, $"the regular expression is longer than {Options.RegexBytesMax} octets", null);
            return;
        }

        if (!_patterns.Add(pattern))
            return;
        if (_patterns.Count > Options.RegexesMax)
        {
            Diagnostics.Error(node.Offset, $"more than {Options.RegexesMax} regular expressions in one script", "join some with |, or use :matches");
            return;
        }

        try
        {
            PosixRegex.Translate(pattern, false, SieveRunLimits.Default.RegexTimeMax);
        }
        catch (SievePatternException e)
        {
            Diagnostics.Error(node.Offset, $"the regular expression cannot be used: {e.Message}", null);
        }
    }
}
