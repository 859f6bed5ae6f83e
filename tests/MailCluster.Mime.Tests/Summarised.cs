using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

/// <summary>A message with its summary and text, and a plain form of its parts for assertions.</summary>
internal sealed class Summarised
{
    public Summarised(byte[] message, MimeLimits? limits = null)
    {
        Message = message;
        (SummaryBytes, TextBytes) = MessageSummaryBuilder.Build(message, limits ?? MimeLimits.Default);
    }

    public Summarised(string message, MimeLimits? limits = null)
        : this(Lines(message), limits)
    {
    }

    public byte[] Message { get; }

    public byte[] SummaryBytes { get; }

    public byte[] TextBytes { get; }

    public MessageSummary Summary => MessageSummary.Parse(SummaryBytes);

    public string BodyText => Text(SearchText.Body(TextBytes));

    public string HeaderText => Text(SearchText.Headers(TextBytes));

    /// <summary>The structure in one line: <c>multipart/mixed(text/plain image/png)</c>; a message part as <c>message/rfc822{text/plain}</c>.</summary>
    public string Structure => Shape(Summary.Root);

    /// <summary>The bytes of a section, null if there is none.</summary>
    public string? Section(string section) =>
        BodyPartLocator.TryLocate(Summary, Bytes(section), out var range) ? Text(range.Of(Message)) : null;

    public BodyPart Part(params int[] path)
    {
        Assert.True(BodyPartLocator.TryFind(Summary, path, out var part), $"no part {string.Join('.', path)}");
        return part;
    }

    public static string List(AddressList list)
    {
        var entries = new List<string>();
        foreach (var a in list)
            entries.Add(a.Kind == AddressKind.GroupEnd ? "(end)" : a.Kind == AddressKind.GroupStart ? $"(group {a.Mailbox.ToString()})" : $"({a.Name.ToString()} {a.Route.ToString()} {a.Mailbox.ToString()} {a.Host.ToString()})");
        return string.Join(' ', entries);
    }

    public static string List(BodyParameters list)
    {
        var entries = new List<string>();
        foreach (var p in list)
            entries.Add($"{Text(p.Name)}{(p.IsExtended ? "*" : "")}={Text(p.Value)}");
        return string.Join("; ", entries);
    }

    private static string Shape(in BodyPart part)
    {
        var type = $"{Text(part.Type)}/{Text(part.Subtype)}";
        if (part.Kind == MimePartKind.Leaf)
            return type;
        var children = new List<string>();
        foreach (var child in part.Children)
            children.Add(Shape(child));
        return part.Kind == MimePartKind.Message ? $"{type}{{{string.Join(' ', children)}}}" : $"{type}({string.Join(' ', children)})";
    }
}
