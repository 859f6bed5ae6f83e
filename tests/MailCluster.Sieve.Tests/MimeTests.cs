namespace MailCluster.Sieve.Tests;

/// <summary>Parts of a message: RFC 5703, and the edits of RFC 5293.</summary>
public sealed class MimeTests
{
    private const string Multipart = """
        From: a@b.example
        To: me@example.com
        Subject: parts
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=outer

        --outer
        Content-Type: multipart/alternative; boundary=inner

        --inner
        Content-Type: text/plain; charset=utf-8

        first text
        --inner
        Content-Type: text/html

        <p>first html</p>
        --inner--
        --outer
        Content-Type: application/octet-stream; name="evil.exe"
        Content-Disposition: attachment; filename="evil.exe"

        MZ
        --outer--
        """;

    [Theory]
    [InlineData("header :mime :type \"Content-Type\" \"multipart\"", true)]
    [InlineData("header :mime :subtype \"Content-Type\" \"mixed\"", true)]
    [InlineData("header :mime :contenttype \"Content-Type\" \"multipart/mixed\"", true)]
    [InlineData("header :mime :param \"boundary\" \"Content-Type\" \"outer\"", true)]
    [InlineData("header :mime :contenttype \"Content-Type\" \"text/html\"", false)]
    [InlineData("header :mime :anychild :contenttype \"Content-Type\" \"text/html\"", true)]
    [InlineData("header :mime :anychild :param [\"name\", \"filename\"] [\"Content-Type\", \"Content-Disposition\"] \"evil.exe\"", true)]
    [InlineData("header :mime :anychild :type \"Content-Disposition\" \"attachment\"", true)]
    [InlineData("header :mime :anychild :subtype :matches \"Content-Disposition\" \"?*\"", false)]
    [InlineData("header :mime :anychild :subtype \"Content-Disposition\" \"\"", true)]
    [InlineData("header :mime :type \"From\" \"\"", true)]
    [InlineData("header :mime :type \"X-None\" \"\"", false)]
    [InlineData("header :mime :anychild :param \"nothing\" \"Content-Disposition\" \"\"", false)]
    [InlineData("exists :mime \"Content-Disposition\"", false)]
    [InlineData("exists :mime :anychild [\"Content-Disposition\", \"Subject\"]", true)]
    [InlineData("exists \"Content-Disposition\"", false)]
    [InlineData("address :mime :anychild \"from\" \"a@b.example\"", true)]
    public async Task Tests_of_parts(string test, bool expected) => Assert.Equal(expected, await Scripts.IsTrue("mime", test, Multipart));

    [Fact]
    public async Task Loops_go_through_all_parts_in_their_order()
    {
        const string Script = """
            require ["foreverypart", "mime", "variables", "fileinto"];
            foreverypart {
                if header :mime :contenttype :matches "content-type" "*" { set "all" "${all} ${1}"; }
                if header :mime :subtype "content-type" "alternative" {
                    foreverypart { if header :mime :contenttype :matches "content-type" "*" { set "in" "${in} ${1}"; } }
                }
            }
            fileinto "${all};${in}";
            """;
        Assert.Equal("fileinto  multipart/mixed multipart/alternative text/plain text/html application/octet-stream; text/plain text/html", await Scripts.ActionsOf(Script, Multipart));
    }

    [Fact]
    public async Task Breaks_leave_the_loop_that_they_name()
    {
        const string Script = """
            require ["foreverypart", "mime", "variables", "fileinto"];
            foreverypart :name "outer" {
                set "n" "${n}o";
                foreverypart {
                    set "n" "${n}i";
                    if header :mime :type "content-type" "text" { break :name "outer"; }
                }
            }
            foreverypart { set "n" "${n}x"; break; }
            fileinto "${n}";
            """;
        Assert.Equal("fileinto oiix", await Scripts.ActionsOf(Script, Multipart));
        Assert.Contains("'break' outside of foreverypart", Assert.Single(Scripts.Diagnose("require \"foreverypart\"; break;")), StringComparison.Ordinal);
        Assert.Contains("'break' out of a loop \"a\" that it is not in", Assert.Single(Scripts.Diagnose("require \"foreverypart\"; foreverypart { break :name \"a\"; }")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_is_extracted()
    {
        const string Script = """
            require ["foreverypart", "mime", "variables", "extracttext", "fileinto"];
            foreverypart {
                if header :mime :contenttype "content-type" "text/plain" {
                    extracttext :upper :first 5 "a";
                    extracttext "b";
                    break;
                }
            }
            fileinto "${a}/${b}";
            """;
        Assert.Equal("fileinto FIRST/first text", await Scripts.ActionsOf(Script, Multipart));
        Assert.Contains("'extracttext' outside of foreverypart", Assert.Single(Scripts.Diagnose("require [\"extracttext\", \"variables\"]; extracttext \"a\";")), StringComparison.Ordinal);
    }

    /// <summary>§5: the example that takes out attachments.</summary>
    [Fact]
    public async Task Parts_are_replaced()
    {
        const string Script = """
            require ["foreverypart", "mime", "fileinto", "replace", "variables", "copy"];
            fileinto :copy "before";
            foreverypart {
                if anyof (header :mime :contenttype :is "Content-Type" "application/octet-stream", header :mime :param "filename" :matches ["Content-Type", "Content-Disposition"] "*.exe") {
                    replace "Executable attachment removed by user filter.";
                    if not exists :mime "content-disposition" { set "gone" "yes"; }
                }
                if header :mime :subtype "content-type" "alternative" { replace "no choice"; }
                if header :mime :type "content-type" "text" { set "texts" "${texts}x"; }
            }
            fileinto "after ${gone} ${texts}";
            """;
        var outcome = await Scripts.RunAsync(Script, Multipart);
        Assert.Null(outcome.Error);
        Assert.Equal("fileinto before; fileinto after yes xx", Scripts.Describe(outcome));
        Assert.False(outcome.Actions[0].Message.IsEdited);
        var text = Text(outcome.Actions[1].Message);
        Assert.Contains("Executable attachment removed by user filter.", text, StringComparison.Ordinal);
        Assert.Contains("no choice", text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        Assert.DoesNotContain("first text", text, StringComparison.Ordinal);
    }

    /// <summary>§6</summary>
    [Fact]
    public async Task A_message_is_enclosed_but_goes_on_without()
    {
        var outcome = await Scripts.RunAsync("require \"enclose\"; enclose :subject \"Warning\" text:\nbeware\n.\n; redirect \"c@d.example\"; keep;", Multipart);
        Assert.Equal("redirect c@d.example; keep!", Scripts.Describe(outcome));
        Assert.False(outcome.Actions[0].Message.IsEdited);
        var text = Text(outcome.Actions[1].Message);
        Assert.Contains("beware", text, StringComparison.Ordinal);
        Assert.Contains("message/rfc822", text, StringComparison.Ordinal);
        Assert.True(await Scripts.IsTrue("", "header \"subject\" \"Warning\"", text));
    }

    /// <summary>RFC 5293 §4 and §5.</summary>
    [Fact]
    public async Task Headers_are_edited_and_later_commands_see_it()
    {
        const string Script = """
            require ["editheader", "variables", "fileinto", "copy", "index"];
            if not header :contains "X-Sieve-Filtered" ["<kim@job.example.com>", "<kim@home.example.com>"] {
                addheader "X-Sieve-Filtered" "<kim@job.example.com>";
                fileinto :copy "a";
            }
            if header "x-sieve-filtered" "<kim@job.example.com>" { addheader :last "X-Last" "ä"; }
            deleteheader "x-sieve-filtered";
            deleteheader :matches "Cc" ["*tom*", "*harry*"];
            addheader "Subject" "new"; deleteheader :index 1 :last "subject";
            if allof (header :index 1 "subject" "new", not exists ["cc"], header "x-last" "ä") { fileinto "b"; }
            """;
        var outcome = await Scripts.RunAsync(Script);
        Assert.Null(outcome.Error);
        Assert.Equal("fileinto a; fileinto b", Scripts.Describe(outcome));
        Assert.Contains("X-Sieve-Filtered: <kim@job.example.com>", Text(outcome.Actions[0].Message), StringComparison.Ordinal);
        Assert.DoesNotContain("Cc:", Text(outcome.Actions[1].Message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Some_fields_are_not_edited_by_users_and_some_by_nobody()
    {
        const string Script = """
            require ["editheader", "variables"];
            deleteheader "Received";
            set "name" "return-path";
            deleteheader "${name}";
            addheader "Auto-Submitted" "no";
            deleteheader "X-Caffeine";
            """;
        Assert.Equal(
            ["2:14: warning: scripts do not edit the field \"Received\"; the command does nothing", "5:11: warning: scripts do not edit the field \"Auto-Submitted\"; the command does nothing"],
            Scripts.Diagnose(Script));
        var text = Text((await Scripts.RunAsync(Script)).Actions[0].Message);
        Assert.Equal((2, true, false, false), (text.Split("Received:").Length - 1, text.Contains("Return-Path:", StringComparison.Ordinal), text.Contains("Auto-Submitted", StringComparison.Ordinal), text.Contains("X-Caffeine", StringComparison.Ordinal)));
        Assert.Contains("\"a b\" is no name of a header field", Assert.Single(Scripts.Diagnose("require \"editheader\"; addheader \"a b\" \"x\";")), StringComparison.Ordinal);
        Assert.Equal("\"\" is no name of a header field", (await Scripts.RunAsync("require [\"editheader\", \"variables\"]; addheader \"${x}\" \"x\";")).Error?.Message);
    }

    /// <summary>RFC 5230, RFC 5429: who answers or refuses speaks of the message that came; an error keeps that one as well.</summary>
    [Fact]
    public async Task Answers_and_errors_are_about_the_message_that_came()
    {
        var outcome = await Scripts.RunAsync("require [\"editheader\", \"vacation\"]; addheader \"X-A\" \"b\"; vacation \"gone\";");
        Assert.Equal([false, true], outcome.Actions.Select(action => action.Message.IsEdited));
        outcome = await Scripts.RunAsync("require [\"editheader\", \"ihave\"]; addheader \"X-A\" \"b\"; error \"no\";");
        Assert.Equal("no", outcome.Error?.Message);
        Assert.False(Assert.Single(outcome.Actions).Message.IsEdited);
    }

    /// <summary>RFC 6609 §3.5</summary>
    [Fact]
    public async Task A_script_that_is_included_in_a_loop_takes_the_part_for_the_message()
    {
        var host = new InMemorySieveHost();
        host.Included[(SieveIncludeLocation.Personal, "part")] = """
            require ["include", "variables", "body", "mime", "foreverypart"];
            if header :contains "content-type" "text/html" { if body :contains "first html" { set "global.a" "${global.a}h"; } }
            if exists "subject" { set "global.a" "${global.a}s"; }
            if size :under 80 { set "global.a" "${global.a}t"; }
            foreverypart { set "global.n" "${global.n}."; }
            """;
        // Part, alternative, text, html, attachment: each with the parts below it.
        Assert.Equal(
            "fileinto stht/...........",
            await Scripts.ActionsOf("require [\"include\", \"foreverypart\", \"fileinto\", \"variables\"]; foreverypart { include \"part\"; } fileinto \"${global.a}/${global.n}\";", Multipart, host));
    }

    private static string Text(SieveMessage message) => System.Text.Encoding.UTF8.GetString(message.ToBytes().Span);
}
